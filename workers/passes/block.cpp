#include "workers/passes/block.hpp"

#include <span>

#include "workers/numerics/activation.hpp"
#include "workers/numerics/elementwise.hpp"
#include "workers/numerics/gemm.hpp"

namespace genloss::workers {
namespace {

using numerics::ConstMatrix;
using numerics::Matrix;
using numerics::matrix;
using numerics::multiply;

std::size_t sized(int value) { return static_cast<std::size_t>(value); }

/// y's columns [column, column + out) = x W + bias.
void project(const Linear& layer, const ConstMatrix& x, const Matrix& y, std::size_t column, std::size_t segment) {
  const Matrix part = y.block(0, y.rows, column, layer.out());
  multiply(x, layer.in_out(), part, segment, false, [&](std::size_t r, std::size_t c, std::size_t rows, std::size_t n) {
    if (layer.bias() != nullptr) numerics::add_bias(part.block(r, rows, c, n), layer.bias_values() + c);
  });
}

/// y = x W + bias + residual.
void project_onto(const Linear& layer, const ConstMatrix& x, const ConstMatrix& residual, const Matrix& y,
                  std::size_t segment) {
  multiply(x, layer.in_out(), y, segment, false, [&](std::size_t r, std::size_t c, std::size_t rows, std::size_t n) {
    const float* const bias = layer.bias() != nullptr ? layer.bias_values() + c : nullptr;
    numerics::add_matrix(y.block(r, rows, c, n), residual.block(r, rows, c, n), bias);
  });
}

}  // namespace

std::size_t rows_per_partial(std::size_t segment) {
  std::size_t rows = 64;
  while (segment % rows != 0) --rows;
  return rows;
}

BlockScratch::BlockScratch(const Architecture& a, std::size_t tokens) {
  const std::size_t f = sized(a.feed_forward), queries = sized(a.heads) * sized(a.head_size);
  const bool gated = a.feed_forward_kind == FeedForward::swiglu;
  act = numerics::AlignedFloats(tokens * f);
  d_hidden = numerics::AlignedFloats(tokens * f * (gated ? 2 : 1));
  if (gated) d_act = numerics::AlignedFloats(tokens * f);
  d_normed = numerics::AlignedFloats(tokens * sized(a.width));
  d_qkv = numerics::AlignedFloats(tokens * (queries + 2 * sized(a.kv_heads) * sized(a.head_size)));
  d_mixed = numerics::AlignedFloats(tokens * queries);
  partial = numerics::AlignedFloats(tokens * 2 * sized(a.width));
}

Block::Block(ParameterCursor& parameters, const Architecture& a, const numerics::Rotary* rotary)
    : a_(a), shape_{sized(a.context), sized(a.heads), sized(a.kv_heads), sized(a.head_size)}, rotary_(rotary) {
  const bool gpt2 = a.is_gpt2();
  norm1_.emplace(parameters, a);
  for (int i = 0; i < (gpt2 ? 1 : 3); ++i) qkv_in_.emplace_back(parameters, gpt2, a.biases);
  mix_out_.emplace(parameters, gpt2, a.biases);
  norm2_.emplace(parameters, a);
  for (int i = 0; i < (a.feed_forward_kind == FeedForward::swiglu ? 2 : 1); ++i) {
    hidden_in_.emplace_back(parameters, gpt2, a.biases);
  }
  hidden_out_.emplace(parameters, gpt2, a.biases);
}

void Block::prepare() {
  for (Linear& layer : qkv_in_) layer.prepare();
  for (Linear& layer : hidden_in_) layer.prepare();
  mix_out_->prepare();
  hidden_out_->prepare();
}

void Block::reserve(std::size_t tokens) {
  if (rows1_.size() >= tokens) return;
  const std::size_t width = sized(a_.width), hidden = sized(a_.feed_forward) * hidden_in_.size();
  rows1_.resize(tokens);
  rows2_.resize(tokens);
  normed1_ = numerics::AlignedFloats(tokens * width);
  qkv_ = numerics::AlignedFloats(tokens * shape_.columns());
  mixed_ = numerics::AlignedFloats(tokens * shape_.queries());
  log_sums_ = numerics::AlignedFloats(tokens * shape_.heads);
  middle_ = numerics::AlignedFloats(tokens * width);
  normed2_ = numerics::AlignedFloats(tokens * width);
  hidden_ = numerics::AlignedFloats(tokens * hidden);
}

void Block::forward(const ConstMatrix& x, const Matrix& y, BlockScratch& scratch, std::size_t segment) {
  const Matrix normed = matrix(normed1_.data(), x.rows, x.columns), middle = matrix(middle_.data(), x.rows, x.columns);
  const Matrix qkv = matrix(qkv_.data(), x.rows, shape_.columns());
  const Matrix mixed = matrix(mixed_.data(), x.rows, shape_.queries());
  numerics::normalise(x, norm1_->values, normed, rows1_);
  std::size_t column = 0;
  for (const Linear& layer : qkv_in_) {
    project(layer, normed, qkv, column, segment);
    column += layer.out();
  }
  if (rotary_ != nullptr)
    rotary_->turn(qkv.block(0, qkv.rows, 0, (shape_.heads + shape_.kv_heads) * shape_.head_size), false);
  numerics::attention(shape_, qkv, mixed, log_sums_.values());
  project_onto(*mix_out_, mixed, x, middle, segment);
  feed_forward(y, scratch, segment);
}

void Block::feed_forward(const Matrix& y, BlockScratch& scratch, std::size_t segment) {
  const std::size_t f = sized(a_.feed_forward);
  const Matrix middle = matrix(middle_.data(), y.rows, y.columns), normed = matrix(normed2_.data(), y.rows, y.columns);
  const Matrix hidden = matrix(hidden_.data(), y.rows, f * hidden_in_.size());
  const Matrix act = matrix(scratch.act.data(), y.rows, f);
  numerics::normalise(middle, norm2_->values, normed, rows2_);
  if (gated()) {
    project(hidden_in_[0], normed, hidden, 0, segment);
    const Matrix gate = hidden.block(0, y.rows, 0, f), up = hidden.block(0, y.rows, f, f);
    multiply(normed, hidden_in_[1].in_out(), up, segment, false,
             [&](std::size_t r, std::size_t c, std::size_t rows, std::size_t n) {
               numerics::swiglu(gate.block(r, rows, c, n), up.block(r, rows, c, n), act.block(r, rows, c, n));
             });
  } else {
    multiply(normed, hidden_in_[0].in_out(), hidden, segment, false,
             [&](std::size_t r, std::size_t c, std::size_t rows, std::size_t n) {
               numerics::gelu(hidden.block(r, rows, c, n), hidden_in_[0].bias_values() + c, act.block(r, rows, c, n));
             });
  }
  project_onto(*hidden_out_, act, middle, y, segment);
}

void Block::backward(const ConstMatrix& x, const Matrix& d, BlockScratch& scratch, GroupGradients& gradients) {
  feed_forward_backward(d, scratch, gradients);
  attention_backward(x, d, scratch, gradients);
}

void Block::feed_forward_backward(const Matrix& d, BlockScratch& scratch, GroupGradients& gradients) {
  const std::size_t f = sized(a_.feed_forward), segment = gradients.segment(), tokens = d.rows;
  const Matrix hidden = matrix(hidden_.data(), tokens, f * hidden_in_.size());
  const Matrix d_hidden = matrix(scratch.d_hidden.data(), tokens, f * hidden_in_.size());
  const Matrix act = matrix(scratch.act.data(), tokens, f);
  if (gated()) {
    const Matrix d_act = matrix(scratch.d_act.data(), tokens, f);
    multiply(d, hidden_out_->out_in(), d_act, segment, false,
             [&](std::size_t r, std::size_t c, std::size_t rows, std::size_t n) {
               numerics::swiglu_backward(hidden.block(r, rows, c, n), hidden.block(r, rows, f + c, n),
                                         d_act.block(r, rows, c, n), act.block(r, rows, c, n),
                                         d_hidden.block(r, rows, c, n), d_hidden.block(r, rows, f + c, n));
             });
  } else {
    multiply(d, hidden_out_->out_in(), d_hidden, segment, false,
             [&](std::size_t r, std::size_t c, std::size_t rows, std::size_t n) {
               numerics::gelu_backward(hidden.block(r, rows, c, n), act.block(r, rows, c, n),
                                       d_hidden.block(r, rows, c, n));
             });
  }
  gradients.linear(*hidden_out_, act, d);
  const Matrix d_normed = matrix(scratch.d_normed.data(), tokens, d.columns);
  const ConstMatrix normed = matrix(normed2_.data(), tokens, d.columns);
  for (std::size_t i = 0; i < hidden_in_.size(); ++i) {
    const ConstMatrix part = d_hidden.block(0, tokens, i * f, f);
    multiply(part, hidden_in_[i].out_in(), d_normed, segment, i > 0);
    gradients.linear(hidden_in_[i], normed, part);
  }
  const std::size_t rows = rows_per_partial(segment);
  const Matrix partial = matrix(scratch.partial.data(), tokens / rows, 2 * d.columns);
  numerics::normalise_backward(d_normed, matrix(middle_.data(), tokens, d.columns), norm2_->values, rows2_, d, partial,
                               rows);
  gradients.norm(*norm2_, partial, rows);
}

void Block::attention_backward(const ConstMatrix& x, const Matrix& d, BlockScratch& scratch,
                               GroupGradients& gradients) {
  const std::size_t segment = gradients.segment(), tokens = d.rows;
  const ConstMatrix qkv = matrix(qkv_.data(), tokens, shape_.columns());
  const ConstMatrix mixed = matrix(mixed_.data(), tokens, shape_.queries());
  const Matrix d_mixed = matrix(scratch.d_mixed.data(), tokens, shape_.queries());
  const Matrix d_qkv = matrix(scratch.d_qkv.data(), tokens, shape_.columns());
  multiply(d, mix_out_->out_in(), d_mixed, segment);
  gradients.linear(*mix_out_, mixed, d);
  numerics::attention_backward(shape_, qkv, mixed, log_sums_.values(), d_mixed, d_qkv);
  if (rotary_ != nullptr)
    rotary_->turn(d_qkv.block(0, tokens, 0, (shape_.heads + shape_.kv_heads) * shape_.head_size), true);

  const Matrix d_normed = matrix(scratch.d_normed.data(), tokens, d.columns);
  const ConstMatrix normed = matrix(normed1_.data(), tokens, d.columns);
  std::size_t column = 0;
  for (const Linear& layer : qkv_in_) {
    const ConstMatrix part = d_qkv.block(0, tokens, column, layer.out());
    multiply(part, layer.out_in(), d_normed, segment, column > 0);
    gradients.linear(layer, normed, part);
    column += layer.out();
  }
  const std::size_t rows = rows_per_partial(segment);
  const Matrix partial = matrix(scratch.partial.data(), tokens / rows, 2 * d.columns);
  numerics::normalise_backward(d_normed, x, norm1_->values, rows1_, d, partial, rows);
  gradients.norm(*norm1_, partial, rows);
}

}  // namespace genloss::workers
