#pragma once
// The matrices of a model as the passes use them.

#include <cstddef>
#include <vector>

#include "workers/numerics/aligned_floats.hpp"
#include "workers/numerics/matrix.hpp"
#include "workers/numerics/norm.hpp"
#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

/// Hands out the parameters of a layout one after the other, in its order.
class ParameterCursor {
 public:
  ParameterCursor(const ParameterLayout& layout, const float* flat) : layout_(layout), flat_(flat) {}
  const ParameterInfo& next() { return layout_.parameters()[at_++]; }
  [[nodiscard]] const float* values(const ParameterInfo& p) const { return flat_ + p.offset; }

 private:
  const ParameterLayout& layout_;
  const float* flat_;
  std::size_t at_ = 0;
};

/// y = x W (+ bias). GPT-2 stores W as [in, out], Llama as [out, in]; a pass needs both, so the other one is kept as a
/// transposed copy.
class Linear {
 public:
  Linear(ParameterCursor& parameters, bool in_first, bool has_bias);
  /// Makes the transposed copy again.
  void prepare();
  [[nodiscard]] numerics::ConstMatrix in_out() const;
  [[nodiscard]] numerics::ConstMatrix out_in() const;
  [[nodiscard]] std::size_t in() const noexcept { return in_; }
  [[nodiscard]] std::size_t out() const noexcept { return out_; }
  [[nodiscard]] const ParameterInfo& weight() const noexcept { return *weight_; }
  [[nodiscard]] const ParameterInfo* bias() const noexcept { return bias_; }
  [[nodiscard]] const float* bias_values() const noexcept { return bias_values_; }
  [[nodiscard]] bool in_first() const noexcept { return in_first_; }

 private:
  const ParameterInfo* weight_;
  const ParameterInfo* bias_ = nullptr;
  const float *values_, *bias_values_ = nullptr;
  bool in_first_;
  std::size_t in_, out_;
  numerics::AlignedFloats turned_;
};

/// A normalisation's parameters.
struct Norm1d {
  Norm1d(ParameterCursor& parameters, const Architecture& architecture);
  const ParameterInfo* weight;
  const ParameterInfo* bias = nullptr;
  numerics::NormWeights values;
};

}  // namespace genloss::workers
