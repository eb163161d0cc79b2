#include "workers/passes/head.hpp"

#include <algorithm>

#include "workers/numerics/cross_entropy.hpp"
#include "workers/numerics/gemm.hpp"
#include "workers/numerics/parallel.hpp"
#include "workers/numerics/transpose.hpp"
#include "workers/passes/block.hpp"

namespace genloss::workers {
namespace {

using numerics::ConstMatrix;
using numerics::Matrix;
using numerics::matrix;

/// 16 MiB of scores.
std::size_t rows_for(std::size_t vocabulary) {
  std::size_t rows = 64;
  while (2 * rows * vocabulary <= (std::size_t{1} << 22)) rows *= 2;
  return rows;
}

}  // namespace

Head::Head(ParameterCursor& parameters, const Architecture& a, const ParameterInfo& embedding)
    : a_(a),
      vocabulary_(static_cast<std::size_t>(a.vocabulary)),
      width_(static_cast<std::size_t>(a.width)),
      rows_at_once_(rows_for(vocabulary_)),
      norm_(parameters, a),
      matrix_(a.tied_head ? &embedding : &parameters.next()),
      values_(parameters.values(*matrix_)),
      turned_(vocabulary_ * width_) {}

void Head::prepare() {
  numerics::transpose(matrix(values_, vocabulary_, width_), matrix(turned_.data(), width_, vocabulary_));
}

void Head::reserve(std::size_t tokens) {
  normed_ = numerics::AlignedFloats(tokens * width_);
  d_normed_ = numerics::AlignedFloats(tokens * width_);
  scores_ = numerics::AlignedFloats(std::min(tokens, rows_at_once_) * vocabulary_);
  packed_ = numerics::AlignedFloats(std::min(tokens, rows_at_once_) * std::min(width_, vocabulary_));
  partial_ = numerics::AlignedFloats(tokens * 2 * width_);
  rows_.resize(tokens);
  token_losses_.resize(tokens);
  scales_.resize(tokens);
}

void Head::read(const ConstMatrix& x, const std::function<void(std::size_t row, std::span<const float> scores)>& row) {
  const std::size_t most = std::min(x.rows, rows_at_once_);
  if (normed_.size() < most * width_) normed_ = numerics::AlignedFloats(most * width_);
  if (scores_.size() < most * vocabulary_) scores_ = numerics::AlignedFloats(most * vocabulary_);
  if (rows_.size() < most) rows_.resize(most);
  for (std::size_t first = 0; first < x.rows; first += most) {
    const std::size_t count = std::min(most, x.rows - first);
    const Matrix normed = matrix(normed_.data(), count, width_), scores = matrix(scores_.data(), count, vocabulary_);
    numerics::normalise(x.block(first, count, 0, width_), norm_.values, normed, rows_);
    numerics::multiply(normed, matrix(turned_.data(), width_, vocabulary_), scores, count);
    numerics::parallel_blocks(count, 8, [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) row(first + r, {scores.at(r, 0), vocabulary_});
    });
  }
}

double Head::measure(const ConstMatrix& x, std::span<const std::int32_t> targets) {
  const Matrix normed = matrix(normed_.data(), x.rows, width_);
  numerics::normalise(x, norm_.values, normed, rows_);
  std::fill(scales_.begin(), scales_.end(), 0.0F);
  double sum = 0;
  for (std::size_t first = 0; first < x.rows; first += rows_at_once_) {
    const std::size_t count = std::min(rows_at_once_, x.rows - first);
    const Matrix scores = matrix(scores_.data(), count, vocabulary_);
    numerics::multiply(normed.block(first, count, 0, width_), matrix(turned_.data(), width_, vocabulary_), scores,
                       count);
    numerics::cross_entropy(scores, targets.subspan(first, count), std::span(scales_).first(count), 1, token_losses_);
    for (std::size_t i = 0; i < count; ++i) sum += token_losses_[i];
  }
  return sum;
}

void Head::loss_and_backward(const ConstMatrix& x, const Loss& loss, const Matrix& d, Embedding& embedding,
                             GroupGradients& gradients, std::span<double> losses) {
  const auto context = static_cast<std::size_t>(a_.context);
  const auto weight_of = [&](std::size_t token) { return loss.weights.empty() ? 1.0 : loss.weights[token / context]; };
  for (std::size_t i = 0; i < x.rows; ++i) scales_[i] = static_cast<float>(loss.scale * weight_of(i));
  const std::size_t segment = gradients.segment(), lanes = x.rows / segment;
  const Matrix normed = matrix(normed_.data(), x.rows, width_), d_normed = matrix(d_normed_.data(), x.rows, width_);
  numerics::normalise(x, norm_.values, normed, rows_);
  embedding.begin(lanes, !a_.tied_head && !gradients.adds());
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const Matrix out =
        a_.tied_head ? embedding.head_gradient(lane) : matrix(gradients.of(*matrix_), vocabulary_, width_);
    for (std::size_t done = 0; done < segment; done += rows_at_once_) {
      const std::size_t first = lane * segment + done, count = std::min(rows_at_once_, segment - done);
      const Matrix scores = matrix(scores_.data(), count, vocabulary_), part = normed.block(first, count, 0, width_);
      numerics::multiply(part, matrix(turned_.data(), width_, vocabulary_), scores, count);
      numerics::cross_entropy(scores, loss.targets.subspan(first, count), std::span(scales_).subspan(first, count),
                              loss.surest, std::span(token_losses_).subspan(first, count));
      numerics::multiply(scores, matrix(values_, vocabulary_, width_), d_normed.block(first, count, 0, width_), count);
      numerics::multiply_transposed(scores, part, out, count, gradients.adds() || done > 0, packed_.values());
    }
    for (std::size_t i = lane * segment; i < (lane + 1) * segment; ++i) losses[lane] += weight_of(i) * token_losses_[i];
  }
  if (!a_.tied_head) gradients.done(*matrix_);

  std::fill_n(d.data, d.rows * d.stride, 0.0F);
  const std::size_t rows = rows_per_partial(segment);
  const Matrix partial = matrix(partial_.data(), x.rows / rows, 2 * width_);
  numerics::normalise_backward(d_normed, x, norm_.values, rows_, d, partial, rows);
  gradients.norm(norm_, partial, rows);
}

}  // namespace genloss::workers
