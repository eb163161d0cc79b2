#pragma once
#include "workers/sampling/kernels/aligned_floats.hpp"
#include "workers/sampling/kernels/kernels.hpp"
#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

/// Work space for the tokens that go through a layer together; rows are padded to whole panels of PackedMatrix.
struct Activations {
  /// Enough tokens to read each weight seldom, few enough to stay in the L2 cache.
  static constexpr int tokens = 64;
  explicit Activations(const Architecture& architecture);

  AlignedFloats floats;  // all of the following
  Rows residual, normal, query_key_value, attended, hidden, logits;
  float* attention_scores = nullptr;  ///< [context]
};

}  // namespace genloss::workers
