#include "workers/passes/embedding.hpp"

#include <algorithm>

#include "workers/numerics/elementwise.hpp"
#include "workers/numerics/parallel.hpp"
#include "workers/numerics/tree.hpp"

namespace genloss::workers {

using numerics::ConstMatrix;
using numerics::Matrix;
using numerics::matrix;
using numerics::parallel;

Embedding::Embedding(ParameterCursor& parameters, const Architecture& a)
    : width_(static_cast<std::size_t>(a.width)),
      context_(static_cast<std::size_t>(a.context)),
      tokens_(&parameters.next()),
      token_values_(parameters.values(*tokens_)) {
  if (a.positions == Positions::rope) return;
  positions_ = &parameters.next();
  position_values_ = parameters.values(*positions_);
}

void Embedding::forward(std::span<const std::int32_t> tokens, std::size_t length, const Matrix& x) const {
  numerics::parallel_blocks(tokens.size(), 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      std::copy_n(token_values_ + static_cast<std::size_t>(tokens[i]) * width_, width_, x.at(i, 0));
      if (positions_ != nullptr) numerics::add(x.at(i, 0), position_values_ + i % length * width_, width_);
    }
  });
}

void Embedding::begin(std::size_t lanes, bool clear) {
  if (table_.size() < lanes * tokens_->count) table_ = numerics::AlignedFloats(lanes * tokens_->count);
  if (clear) std::fill_n(table_.data(), lanes * tokens_->count, 0.0F);
}

Matrix Embedding::head_gradient(std::size_t lane) {
  return matrix(table_.data() + lane * tokens_->count, tokens_->count / width_, width_);
}

void Embedding::backward(std::span<const std::int32_t> tokens, const ConstMatrix& d, GroupGradients& gradients) {
  if (positions_ != nullptr) positions_backward(d, gradients);
  const std::size_t segment = gradients.segment(), lanes = tokens.size() / segment;
  constexpr std::size_t block = 64;
  parallel((width_ + block - 1) / block, [&](std::size_t b) {
    const std::size_t column = b * block, columns = std::min(block, width_ - column);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      float* const table = table_.data() + i / segment * tokens_->count;
      numerics::add(table + static_cast<std::size_t>(tokens[i]) * width_ + column, d.at(i, column), columns);
    }
  });
  if (!gradients.is_last()) return;
  const std::size_t chunk = std::size_t{1} << 14;
  parallel((tokens_->count + chunk - 1) / chunk, [&](std::size_t c) {
    const std::size_t size = std::min(chunk, tokens_->count - c * chunk);
    numerics::fold({table_.data() + c * chunk, lanes, size, tokens_->count});
  });
  gradients.hand_over(*tokens_, table_.data());
}

void Embedding::positions_backward(const ConstMatrix& d, GroupGradients& gradients) const {
  // Position t of every sequence: a matrix whose rows are `context` rows of d apart.
  float* const out = gradients.of(*positions_);
  const std::size_t sequences = gradients.segment() / context_;
  parallel(context_, [&](std::size_t t) {
    const ConstMatrix same{d.at(t, 0), d.rows / context_, width_, context_ * d.stride};
    numerics::sum_segments(same, sequences, out + t * width_, gradients.adds());
  });
  gradients.done(*positions_);
}

}  // namespace genloss::workers
