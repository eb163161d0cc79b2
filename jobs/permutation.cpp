#include "jobs/permutation.hpp"

#include <bit>

namespace genloss::jobs {
namespace {

constexpr int rounds = 8;  // 4 are secure for a random round function (Luby & Rackoff); more cost little

unsigned half_bits_for(std::uint64_t size) {
  const auto bits = static_cast<unsigned>(std::bit_width(size > 0 ? size - 1 : 0));
  return bits < 2 ? 1 : (bits + 1) / 2;
}

}  // namespace

Permutation::Permutation(std::uint64_t size, RandomKey key, std::uint64_t tweak) noexcept
    : size_(size), half_bits_(half_bits_for(size)), random_(key), tweak_(tweak) {}

std::uint64_t Permutation::operator()(std::uint64_t index) const noexcept {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  do {  // cycle walking: the domain is at most 4 times the size, so a few steps on average
    std::uint64_t left = index >> half_bits_, right = index & mask;
    for (int round = 0; round < rounds; ++round) {
      // A half has at most 32 bits, so the round number above it keeps every (tweak, round, half) apart.
      const auto words = random_.block((static_cast<std::uint64_t>(round) << 32) | right, tweak_);
      const std::uint64_t mixed = left ^ (((static_cast<std::uint64_t>(words[1]) << 32) | words[0]) & mask);
      left = right;
      right = mixed;
    }
    index = (left << half_bits_) | right;
  } while (index >= size_);
  return index;
}

}  // namespace genloss::jobs
