#pragma once
// One transformer block by hand: forward, and backward from what the forward kept.

#include <memory>
#include <optional>
#include <vector>

#include "workers/numerics/attention.hpp"
#include "workers/numerics/rotary.hpp"
#include "workers/passes/group_gradients.hpp"
#include "workers/passes/linear.hpp"

namespace genloss::workers {

/// What does not outlive a block: shared by all blocks of a pass. Sized for `tokens` tokens.
struct BlockScratch {
  BlockScratch(const Architecture& architecture, std::size_t tokens);
  numerics::AlignedFloats act;       // [tokens, feed_forward]
  numerics::AlignedFloats d_hidden;  // [tokens, feed_forward] or [tokens, 2 feed_forward]
  numerics::AlignedFloats d_act;     // [tokens, feed_forward], SwiGLU only
  numerics::AlignedFloats d_normed;  // [tokens, width]
  numerics::AlignedFloats d_qkv;     // [tokens, queries + keys + values]
  numerics::AlignedFloats d_mixed;   // [tokens, queries]
  numerics::AlignedFloats partial;   // [tokens, 2 width]: norm gradients
};

class Block {
 public:
  Block(ParameterCursor& parameters, const Architecture& architecture, const numerics::Rotary* rotary);
  void prepare();
  /// Makes room for what the forward pass of `tokens` tokens keeps.
  void reserve(std::size_t tokens);
  /// Tokens per sequence in the next forward passes: the context, if nothing is said.
  void expect_sequences_of(std::size_t length) { shape_.length = length; }

  /// @param x [tokens, width], kept by the caller until backward @param y [tokens, width], another buffer
  void forward(const numerics::ConstMatrix& x, const numerics::Matrix& y, BlockScratch& scratch, std::size_t segment);
  /// @param d on entry the gradient of y, on return that of x
  void backward(const numerics::ConstMatrix& x, const numerics::Matrix& d, BlockScratch& scratch,
                GroupGradients& gradients);

 private:
  void feed_forward(const numerics::Matrix& y, BlockScratch& scratch, std::size_t segment);
  void feed_forward_backward(const numerics::Matrix& d, BlockScratch& scratch, GroupGradients& gradients);
  void attention_backward(const numerics::ConstMatrix& x, const numerics::Matrix& d, BlockScratch& scratch,
                          GroupGradients& gradients);
  [[nodiscard]] bool gated() const noexcept { return hidden_in_.size() == 2; }

  const Architecture& a_;
  numerics::AttentionShape shape_;
  const numerics::Rotary* rotary_;
  std::optional<Norm1d> norm1_, norm2_;
  std::vector<Linear> qkv_in_;     // one, or queries, keys, values
  std::optional<Linear> mix_out_;  // after attention
  std::vector<Linear> hidden_in_;  // one, or gate and up
  std::optional<Linear> hidden_out_;
  // kept from forward to backward
  std::vector<numerics::RowStatistics> rows1_, rows2_;
  numerics::AlignedFloats normed1_, qkv_, mixed_, log_sums_, middle_, normed2_, hidden_;
};

/// The largest divisor of `segment` that is at most 64: how many rows a partial sum of norm gradients takes.
[[nodiscard]] std::size_t rows_per_partial(std::size_t segment);

}  // namespace genloss::workers
