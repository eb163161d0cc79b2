#pragma once
#include "workers/numerics/aligned_floats.hpp"
#include "workers/numerics/kernels.hpp"
#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

/// Work space for the tokens that go through a layer together; rows are padded to whole panels of
/// numerics::PackedMatrix.
struct Activations {
  /// Enough tokens to read each weight seldom, few enough to stay in the L2 cache.
  static constexpr int tokens = 64;
  explicit Activations(const Architecture& architecture);

  numerics::AlignedFloats floats;  // all of the following
  numerics::Rows residual, normal, query_key_value, attended, hidden, logits;
  /// Of one key/value head: work space of [context] floats, and room for a head's result in whole vectors.
  [[nodiscard]] float* attention_scores(int head) const noexcept { return per_head + head * per_head_floats; }
  [[nodiscard]] float* head_out(int head) const noexcept { return attention_scores(head + 1) - head_room; }
  float* per_head = nullptr;
  std::ptrdiff_t per_head_floats = 0, head_room = 0;
};

}  // namespace genloss::workers
