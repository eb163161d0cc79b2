#pragma once
// Weights laid out for products with few rows of activations. Why not a BLAS: weights never change while a corpus is
// drawn, so they are packed once; and each result is one chain of multiply-adds over the inputs in ascending order, so
// it does not depend on how many rows are multiplied together, on their places, or on threads. That makes a sample's
// bits independent of its neighbours in the batch.

#include <cstddef>
#include <span>

#include "workers/numerics/aligned_floats.hpp"

namespace genloss::workers::numerics {

/// A matrix [in, out] and a bias, as panels of 32 columns: panel p holds, for each input, its 32 weights side by side.
class PackedMatrix {
 public:
  static constexpr int panel = 32;
  PackedMatrix() = default;
  PackedMatrix(int in, int out);
  /// Columns [first, first + columns) := `weights`. @param out_in weights are [columns, in], not [in, columns]
  void set(int first, int columns, std::span<const float> weights, bool out_in);
  void set_bias(std::span<const float> bias);
  /// For Epilogue::swiglu: panels of 16 columns of `gate` and the same 16 of `up`, both [columns, in].
  [[nodiscard]] static PackedMatrix pair(int in, int columns, std::span<const float> gate, std::span<const float> up);

  [[nodiscard]] int inputs() const noexcept { return in_; }
  /// Weights, those that pad out the last panel among them.
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] int panels() const noexcept { return panels_; }
  /// `columns` rounded up to whole panels: floats between rows of an output.
  [[nodiscard]] static constexpr int stride_for(int columns) noexcept { return (columns + panel - 1) / panel * panel; }
  [[nodiscard]] const float* panel_at(int p) const noexcept {
    return values_.data() + static_cast<std::size_t>(p) * in_ * panel;
  }
  [[nodiscard]] const float* bias_at(int p) const noexcept {
    return bias_.data() + static_cast<std::size_t>(p) * panel;
  }

 private:
  [[nodiscard]] float& at(int input, int packed_column);
  int in_ = 0, panels_ = 0;
  AlignedFloats values_, bias_;
};

}  // namespace genloss::workers::numerics
