#include "jobs/permutation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace genloss::jobs {
namespace {

constexpr RandomKey key{11, Purpose::mix_order, 3};

std::vector<std::uint64_t> images(const Permutation& permutation) {
  std::vector<std::uint64_t> all(permutation.size());
  for (std::uint64_t i = 0; i < permutation.size(); ++i) all[i] = permutation(i);
  return all;
}

TEST(permutation, is_a_bijection_at_every_size) {
  std::vector<std::uint64_t> sizes;
  for (std::uint64_t size = 0; size <= 70; ++size) sizes.push_back(size);
  for (std::uint64_t size : {127, 128, 129, 255, 256, 257, 997, 1000, 1023, 1024, 1025, 4096, 4097, 65'521, 65'536}) {
    sizes.push_back(size);
  }
  for (const std::uint64_t size : sizes) {
    const Permutation permutation(size, key);
    ASSERT_EQ(permutation.size(), size);
    std::vector<bool> hit(size);
    for (const std::uint64_t image : images(permutation)) {
      ASSERT_LT(image, size);
      ASSERT_FALSE(hit[image]) << "size " << size << " meets " << image << " twice";
      hit[image] = true;
    }
  }
}

TEST(permutation, depends_on_every_part_of_key_and_tweak) {
  std::set<std::vector<std::uint64_t>> seen;
  const std::uint64_t high = std::uint64_t{1} << 63;
  seen.insert(images({100, key}));
  seen.insert(images({100, key, 1}));
  seen.insert(images({100, key, high}));
  seen.insert(images({100, {12, key.purpose, key.generation}}));
  seen.insert(images({100, {key.seed, Purpose::mix_select, key.generation}}));
  seen.insert(images({100, {key.seed, key.purpose, 4}}));
  EXPECT_EQ(seen.size(), 6U);
  EXPECT_EQ(images({100, key, 5}), images({100, key, 5}));
}

TEST(permutation, reaches_all_orders_of_three_equally_often) {
  std::vector<int> hits(27);
  constexpr int n = 6000;
  for (std::uint64_t tweak = 0; tweak < n; ++tweak) {
    const Permutation p(3, key, tweak);
    ++hits.at(9 * p(0) + 3 * p(1) + p(2));
  }
  int orders = 0;
  double chi_squared = 0;
  for (int count : hits) {
    if (count == 0) continue;
    ++orders;
    chi_squared += (count - n / 6.0) * (count - n / 6.0) / (n / 6.0);
  }
  EXPECT_EQ(orders, 6);
  EXPECT_LT(chi_squared, 20.5);  // 99.9 % of chi squared with 5 degrees of freedom
}

TEST(permutation, leaves_no_trace_of_the_order) {
  constexpr std::uint64_t size = 100'003;
  const Permutation permutation(size, key);
  double covariance = 0;
  std::uint64_t fixed = 0;
  const double middle = (size - 1) / 2.0, variance = (static_cast<double>(size) * size - 1) / 12;
  for (std::uint64_t i = 0; i < size; ++i) {
    const std::uint64_t image = permutation(i);
    covariance += (static_cast<double>(i) - middle) * (static_cast<double>(image) - middle) / variance / size;
    fixed += image == i ? 1 : 0;
  }
  EXPECT_NEAR(covariance, 0, 4 / std::sqrt(static_cast<double>(size)));
  EXPECT_LE(fixed, 8U);  // Poisson with mean 1
}

TEST(permutation, answers_at_ten_to_the_twelfth_without_a_table) {
  constexpr std::uint64_t size = 1'000'000'000'000;
  const Permutation permutation(size, key);
  static_assert(sizeof(Permutation) <= 64);
  std::set<std::uint64_t> seen;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const std::uint64_t image = permutation(i * 499'999'999 % size);
    EXPECT_LT(image, size);
    seen.insert(image);
  }
  EXPECT_EQ(seen.size(), 2000U);
}

TEST(permutation, covers_the_largest_sizes) {
  const std::uint64_t size = ~std::uint64_t{0};
  const Permutation permutation(size, key);
  EXPECT_LT(permutation(size - 1), size);
  EXPECT_NE(permutation(size - 1), permutation(0));
}

}  // namespace
}  // namespace genloss::jobs
