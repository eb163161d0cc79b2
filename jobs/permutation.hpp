#pragma once
// Keyed permutations with O(1) memory and random access: the shuffle of a laboratory that
// has to answer "which unit is at position 10^11" without a table.

#include <cstdint>

#include "jobs/random.hpp"

namespace genloss::jobs {

/// A bijection of [0, size), fixed by (key, tweak): a balanced Feistel network of Philox rounds over the next
/// even power of two, with cycle walking (Black & Rogaway, CT-RSA 2002, method 3).
class Permutation {
 public:
  /// @param size number of elements, may be 0
  /// @param tweak tells apart permutations of one key, e.g. the source or the epoch
  Permutation(std::uint64_t size, RandomKey key, std::uint64_t tweak = 0) noexcept;

  /// Image of `index` < size(); of nothing else, so never call it when size() is 0.
  [[nodiscard]] std::uint64_t operator()(std::uint64_t index) const noexcept;
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  std::uint64_t size_;
  unsigned half_bits_;
  CounterRandom random_;
  std::uint64_t tweak_;
};

}  // namespace genloss::jobs
