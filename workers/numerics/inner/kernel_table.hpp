#pragma once
// All kernels of one instruction set. Only for kernels_*.cpp, like everything it includes.

#include "workers/numerics/inner/activation.hpp"
#include "workers/numerics/inner/decode_attend.hpp"
#include "workers/numerics/inner/decode_multiply.hpp"
#include "workers/numerics/inner/logits.hpp"
#include "workers/numerics/inner/move.hpp"
#include "workers/numerics/inner/normalise.hpp"
#include "workers/numerics/inner/softmax.hpp"

namespace genloss::workers::numerics {
namespace {

template <simd::Floats (*function)(simd::Floats)>
void map(const float* from, float* to, std::size_t count) {
  simd::for_blocks(
      count, [&](std::size_t i) { simd::store(to + i, function(simd::load(from + i))); },
      [&](std::size_t i, std::size_t n) { simd::store_part(to + i, function(simd::load_part(from + i, n, 0)), n); });
}
simd::Floats slope_of_silu(simd::Floats x) { return simd::silu_slope(x, simd::gate(x)); }
simd::Floats slope_of_gelu(simd::Floats x) { return simd::gelu_slope(x, simd::gelu_gate(x)); }
simd::Floats exp_of(simd::Floats x) { return simd::exp(x); }
simd::Floats sigmoid_of(simd::Floats x) { return simd::sigmoid(x); }
simd::Floats silu_of(simd::Floats x) { return simd::silu(x); }
simd::Floats gelu_of(simd::Floats x) { return simd::gelu(x); }

constexpr Kernels kernel_table(Instructions set) {
  Kernels k;
  k.set = set;
  k.exp = &map<&exp_of>;
  k.sigmoid = &map<&sigmoid_of>;
  k.silu = &map<&silu_of>;
  k.silu_slope = &map<&slope_of_silu>;
  k.gelu = &map<&gelu_of>;
  k.gelu_slope = &map<&slope_of_gelu>;
  k.gelu_row = &gelu_row;
  k.gelu_backward_row = &gelu_backward_row;
  k.swiglu_row = &swiglu_row;
  k.swiglu_backward_row = &swiglu_backward_row;
  k.normalise_row = &normalise_row;
  k.normalise_backward_row = &normalise_backward_row;
  k.softmax_row = &softmax_row;
  k.score_gradient_row = &score_gradient_row;
  k.cross_entropy_row = &cross_entropy_row;
  k.dot_rows = &dot_rows;
  k.add = &add_row;
  k.sum_rows = &sum_rows_of;
  k.transpose = &transpose_block;
  k.add_transposed = &add_transposed_block;
  k.rotate_row = &rotate_row;
  k.adamw = &adamw_run;
  k.multiply_plainly = &multiply_plainly;
  k.decode_multiply = &decode_multiply;
  k.decode_attend = &decode_attend;
  k.summarise = &summarise;
  k.exponentials = &exponentials;
  return k;
}

}  // namespace
}  // namespace genloss::workers::numerics
