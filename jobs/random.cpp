#include "jobs/random.hpp"

#include <cmath>
#include <numbers>

namespace genloss::jobs {
namespace {

constexpr std::uint32_t multiplier_0 = 0xD2511F53, multiplier_1 = 0xCD9E8D57;
constexpr std::uint32_t weyl_0 = 0x9E3779B9, weyl_1 = 0xBB67AE85;  // golden ratio, sqrt(3) - 1
constexpr std::uint32_t key_tag = 0x67656E6C;  // "genl": key derivation never meets a sample's counter

std::uint64_t join(std::uint32_t low, std::uint32_t high) { return (static_cast<std::uint64_t>(high) << 32) | low; }
/// The upper 53 bits as a fraction.
double fraction(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

}  // namespace

std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key) noexcept {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_0 = static_cast<std::uint64_t>(multiplier_0) * counter[0];
    const std::uint64_t product_1 = static_cast<std::uint64_t>(multiplier_1) * counter[2];
    counter = {static_cast<std::uint32_t>(product_1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product_1),
               static_cast<std::uint32_t>(product_0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product_0)};
    key[0] += weyl_0;
    key[1] += weyl_1;
  }
  return counter;
}

CounterRandom::CounterRandom(RandomKey key) noexcept {
  const auto words = philox4x32_10({static_cast<std::uint32_t>(key.purpose), key.generation, key_tag, 0},
                                   {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)});
  key_ = {words[0], words[1]};
}

std::array<std::uint32_t, 4> CounterRandom::block(std::uint64_t sample, std::uint64_t position) const noexcept {
  return philox4x32_10({static_cast<std::uint32_t>(sample), static_cast<std::uint32_t>(sample >> 32),
                        static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(position >> 32)},
                       key_);
}

double CounterRandom::uniform(std::uint64_t sample, std::uint64_t position) const noexcept {
  const auto words = block(sample, position);
  return fraction(join(words[0], words[1]));
}

double CounterRandom::normal(std::uint64_t sample, std::uint64_t position) const noexcept {
  const auto words = block(sample, position);
  const double radius = 1.0 - fraction(join(words[0], words[1]));  // in (0, 1]: the logarithm is finite
  const double angle = fraction(join(words[2], words[3]));
  return std::sqrt(-2.0 * std::log(radius)) * std::cos(2.0 * std::numbers::pi * angle);
}

std::uint64_t CounterRandom::below(std::uint64_t bound, std::uint64_t sample, std::uint64_t position) const noexcept {
  const auto words = block(sample, position);
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(join(words[0], words[1])) * bound) >> 64);
}

}  // namespace genloss::jobs
