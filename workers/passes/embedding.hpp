#pragma once
#include <cstdint>
#include <span>

#include "workers/passes/group_gradients.hpp"
#include "workers/passes/linear.hpp"

namespace genloss::workers {

/// Token table, and GPT-2's position table. The table's gradient is kept per lane while a group is worked on, because a
/// tied head adds to the same numbers first.
class Embedding {
 public:
  Embedding(ParameterCursor& parameters, const Architecture& architecture);
  [[nodiscard]] const ParameterInfo& tokens() const noexcept { return *tokens_; }
  /// x [tokens, width]; token i stands at position i % length, the length of the sequences.
  void forward(std::span<const std::int32_t> tokens, std::size_t length, const numerics::Matrix& x) const;
  /// Where the tied head's gradient of lane `lane` is to be written; it has to be asked for before backward().
  [[nodiscard]] numerics::Matrix head_gradient(std::size_t lane);
  /// Makes room for `lanes` lanes and, in a lane's first micro-batch of an untied model, clears it.
  void begin(std::size_t lanes, bool clear);
  void backward(std::span<const std::int32_t> tokens, const numerics::ConstMatrix& d, GroupGradients& gradients);

 private:
  void positions_backward(const numerics::ConstMatrix& d, GroupGradients& gradients) const;
  std::size_t width_, context_;
  const ParameterInfo* tokens_;
  const ParameterInfo* positions_ = nullptr;
  const float *token_values_, *position_values_ = nullptr;
  numerics::AlignedFloats table_;  // [lanes, vocabulary x width]
};

}  // namespace genloss::workers
