#include "jobs/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>
#include <vector>

namespace genloss::jobs {
namespace {

using Block = std::array<std::uint32_t, 4>;

// Random123 1.14, tests/kat_vectors, lines "philox4x32 10".
TEST(philox, gives_the_published_known_answers) {
  EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32_10({ones, ones, ones, ones}, {ones, ones}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(counter_random, is_philox_of_a_derived_key_and_the_address) {
  const std::uint64_t seed = 0x0123456789abcdef, sample = 0x1122334455667788, position = 0x99aabbccddeeff00;
  const auto derived = philox4x32_10({7, 42, 0x67656e6c, 0}, {0x89abcdef, 0x01234567});
  EXPECT_EQ(CounterRandom({seed, Purpose::sampling, 42}).block(sample, position),
            philox4x32_10({0x55667788, 0x11223344, 0xddeeff00, 0x99aabbcc}, {derived[0], derived[1]}));
}

TEST(counter_random, differs_in_every_part_of_its_address) {
  std::set<Block> blocks;
  for (std::uint64_t seed : {0ULL, 1ULL, 1ULL << 32}) {
    for (auto purpose : {Purpose::sampling, Purpose::bootstrap}) {
      for (std::uint32_t generation : {0U, 1U}) {
        const CounterRandom random({seed, purpose, generation});
        for (std::uint64_t sample : {0ULL, 1ULL, 1ULL << 32}) {
          for (std::uint64_t position : {0ULL, 1ULL, 1ULL << 32}) blocks.insert(random.block(sample, position));
        }
      }
    }
  }
  EXPECT_EQ(blocks.size(), 3U * 2U * 2U * 3U * 3U);
}

TEST(counter_random, uniform_is_53_bits_of_its_block) {
  const CounterRandom random({3, Purpose::truth, 1});
  for (std::uint64_t i = 0; i < 100; ++i) {
    const auto words = random.block(i, 5);
    const std::uint64_t bits = (static_cast<std::uint64_t>(words[1]) << 32) | words[0];
    EXPECT_EQ(random.uniform(i, 5), std::ldexp(static_cast<double>(bits >> 11), -53));
  }
}

TEST(counter_random, uniform_has_flat_moments) {
  const CounterRandom random({1, Purpose::truth, 0});
  constexpr int n = 200'000;
  double sum = 0, square = 0, lagged = 0, before = 0.5;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform(static_cast<std::uint64_t>(i), 0);
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    square += u * u;
    lagged += (u - 0.5) * (before - 0.5);
    before = u;
  }
  EXPECT_NEAR(sum / n, 0.5, 4 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(square / n, 1.0 / 3, 4 * std::sqrt(4.0 / 45 / n));
  EXPECT_NEAR(lagged / n, 0.0, 4 * std::sqrt(1.0 / 144 / n));
}

TEST(counter_random, normal_has_the_moments_of_a_standard_normal) {
  const CounterRandom random({1, Purpose::truth, 0});
  constexpr int n = 200'000;
  std::array<double, 5> moment{};
  for (int i = 0; i < n; ++i) {
    const double z = random.normal(0, static_cast<std::uint64_t>(i));
    ASSERT_TRUE(std::isfinite(z));
    for (unsigned k = 1; k <= 4; ++k) moment[k] += std::pow(z, k) / n;
  }
  // Var z^k = E z^2k - (E z^k)^2: 1, 2, 15, 96.
  EXPECT_NEAR(moment[1], 0, 4 * std::sqrt(1.0 / n));
  EXPECT_NEAR(moment[2], 1, 4 * std::sqrt(2.0 / n));
  EXPECT_NEAR(moment[3], 0, 4 * std::sqrt(15.0 / n));
  EXPECT_NEAR(moment[4], 3, 4 * std::sqrt(96.0 / n));
}

TEST(counter_random, normal_has_the_tails_of_a_standard_normal) {
  const CounterRandom random({2, Purpose::truth, 0});
  constexpr int n = 200'000;
  int beyond = 0;
  for (int i = 0; i < n; ++i) beyond += std::abs(random.normal(1, static_cast<std::uint64_t>(i))) > 2.5 ? 1 : 0;
  const double expected = n * std::erfc(2.5 / std::sqrt(2.0));
  EXPECT_NEAR(beyond, expected, 4 * std::sqrt(expected));
}

TEST(counter_random, below_is_flat_and_never_reaches_its_bound) {
  const CounterRandom random({1, Purpose::bootstrap, 0});
  constexpr int n = 100'000, bound = 10;
  std::vector<int> hits(bound);
  for (int i = 0; i < n; ++i) ++hits.at(random.below(bound, static_cast<std::uint64_t>(i), 0));
  double chi_squared = 0;
  for (int count : hits) chi_squared += (count - n / 10.0) * (count - n / 10.0) / (n / 10.0);
  EXPECT_LT(chi_squared, 27.88);  // 99.9 % of chi squared with 9 degrees of freedom
  for (std::uint64_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(random.below(1, i, 0), 0U);
    EXPECT_LT(random.below(3, i, 0), 3U);
  }
}

TEST(counter_random, below_uses_all_64_bits) {
  const CounterRandom random({1, Purpose::bootstrap, 0});
  std::uint64_t ones = 0, zeros = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const std::uint64_t value = random.below(~std::uint64_t{0}, i, 0);
    ones |= value;
    zeros |= ~value;
  }
  EXPECT_EQ(ones, ~std::uint64_t{0});
  EXPECT_EQ(zeros, ~std::uint64_t{0});
}

}  // namespace
}  // namespace genloss::jobs
