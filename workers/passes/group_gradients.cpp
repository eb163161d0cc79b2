#include "workers/passes/group_gradients.hpp"

#include <algorithm>

#include "workers/numerics/gemm.hpp"
#include "workers/numerics/tree.hpp"

namespace genloss::workers {

using numerics::ConstMatrix;

GroupGradients::GroupGradients(const ParameterLayout& layout) : flat_size_(layout.flat_size()) {
  std::size_t most = 0;
  for (const ParameterInfo& p : layout.parameters()) most = std::max(most, p.count);
  one_ = numerics::AlignedFloats(most);
}

void GroupGradients::begin(std::size_t segment, bool first, bool last, const GradientSink& sink) {
  segment_ = segment;
  first_ = first;
  last_ = last;
  sink_ = &sink;
  if (!(first && last) && all_.size() == 0) all_ = numerics::AlignedFloats(flat_size_);
}

float* GroupGradients::of(const ParameterInfo& p) { return first_ && last_ ? one_.data() : all_.data() + p.offset; }

void GroupGradients::done(const ParameterInfo& p) { hand_over(p, of(p)); }

void GroupGradients::hand_over(const ParameterInfo& p, const float* values) {
  if (last_) (*sink_)(p.offset, {values, p.count});
}

void GroupGradients::linear(const Linear& layer, const ConstMatrix& x, const ConstMatrix& dy) {
  const std::size_t room = x.rows * std::min(x.columns, dy.columns);
  if (packed_.size() < room) packed_ = numerics::AlignedFloats(room);
  const ConstMatrix& left = layer.in_first() ? x : dy;
  const ConstMatrix& right = layer.in_first() ? dy : x;
  const auto out = numerics::matrix(of(layer.weight()), left.columns, right.columns);
  numerics::multiply_transposed(left, right, out, segment_, adds(), packed_.values());
  done(layer.weight());
  if (layer.bias() == nullptr) return;
  numerics::sum_segments_in_parallel(dy, segment_, of(*layer.bias()), adds());
  done(*layer.bias());
}

void GroupGradients::norm(const Norm1d& layer, const ConstMatrix& partial, std::size_t rows_per_partial) {
  const std::size_t size = partial.columns / 2, segment = segment_ / rows_per_partial;
  numerics::sum_segments_in_parallel(partial.block(0, partial.rows, 0, size), segment, of(*layer.weight), adds());
  done(*layer.weight);
  if (layer.bias == nullptr) return;
  numerics::sum_segments_in_parallel(partial.block(0, partial.rows, size, size), segment, of(*layer.bias), adds());
  done(*layer.bias);
}

}  // namespace genloss::workers
