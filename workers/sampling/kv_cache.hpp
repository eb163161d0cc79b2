#pragma once
// Keys and values of all positions decoded so far, for a fixed number of rows, allocated once.

#include <cstddef>
#include <span>

#include "workers/numerics/aligned_floats.hpp"
#include "workers/numerics/kernels.hpp"
#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

/// For each (layer, row, key/value head): keys as blocks of 16 positions, [position / 16][element][position % 16], so
/// that 16 scores are one vector; values as [position][head_size rounded up to 16].
class KvCache {
 public:
  static constexpr int block = numerics::cache_block;
  [[nodiscard]] static constexpr int padded(int n) noexcept { return numerics::padded_positions(n); }

  /// Bytes that one row's first `positions` positions take.
  [[nodiscard]] static std::size_t row_bytes(const Architecture& architecture, int positions) noexcept;

  KvCache(const Architecture& architecture, int rows);
  [[nodiscard]] int rows() const noexcept { return rows_; }
  [[nodiscard]] const float* keys(int layer, int row, int head) const noexcept {
    return floats_.data() + offset(layer, row, head);
  }
  [[nodiscard]] const float* values(int layer, int row, int head) const noexcept {
    return keys(layer, row, head) + key_floats_;
  }
  /// What holds the keys, and the values, of positions 0 .. position - 1.
  [[nodiscard]] std::span<const float> keys_before(int layer, int row, int head, int position) const noexcept {
    return {keys(layer, row, head), static_cast<std::size_t>(padded(position)) * static_cast<std::size_t>(head_size_)};
  }
  [[nodiscard]] std::span<const float> values_before(int layer, int row, int head, int position) const noexcept {
    return {values(layer, row, head),
            static_cast<std::size_t>(position) * static_cast<std::size_t>(padded(head_size_))};
  }
  /// @param key, value [head_size]
  void store(int layer, int row, int head, int position, const float* key, const float* value) noexcept;

 private:
  [[nodiscard]] std::size_t offset(int layer, int row, int head) const noexcept {
    const auto place = (static_cast<std::size_t>(layer) * rows_ + row) * heads_ + head;
    return place * (key_floats_ + value_floats_);
  }
  int rows_, heads_, head_size_;
  std::size_t key_floats_, value_floats_;
  numerics::AlignedFloats floats_;
};

}  // namespace genloss::workers
