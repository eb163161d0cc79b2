#pragma once
// Rows of scores: softmax, its gradient, the loss. Only for kernels_*.cpp.

#include "workers/numerics/inner/simd.hpp"
#include "workers/numerics/kernels.hpp"

namespace genloss::workers::numerics {
namespace {

constexpr float lowest_score = -3.0e38F;

GENLOSS_INLINE float largest_of(const float* scores, std::size_t size) {
  simd::Floats peaks = simd::all(lowest_score);
  simd::for_blocks(
      size, [&](std::size_t i) { peaks = simd::larger(peaks, simd::load(scores + i)); },
      [&](std::size_t i, std::size_t n) { peaks = simd::larger(peaks, simd::load_part(scores + i, n, lowest_score)); });
  return simd::largest(peaks);
}

/// scores -> exp(scale * scores - peak); @return their sum
GENLOSS_INLINE float exponentiate_row(float* scores, std::size_t size, float scale, float peak) {
  simd::Floats sums{};
  simd::for_blocks(
      size,
      [&](std::size_t i) {
        const simd::Floats e = simd::exp(simd::load(scores + i) * scale - peak);
        simd::store(scores + i, e);
        sums += e;
      },
      [&](std::size_t i, std::size_t n) {
        const simd::Floats e = simd::exp(simd::load_part(scores + i, n, -__builtin_inff()) * scale - peak);
        simd::store_part(scores + i, e, n);
        sums += e;
      });
  return simd::sum(sums);
}

float softmax_row(float* scores, std::size_t size, float scale) {
  const float peak = scale * largest_of(scores, size);
  const float total = exponentiate_row(scores, size, scale, peak), inverse = 1.0F / total;
  for (std::size_t i = 0; i < size; ++i) scores[i] *= inverse;
  return peak + std::log(total);
}

void score_gradient_row(float* __restrict s, float* __restrict dp, const float* __restrict log_sums,
                        const float* __restrict dots, std::size_t first, std::size_t size, float scale) {
  simd::for_blocks(
      size,
      [&](std::size_t i) {
        const simd::Floats p = simd::exp(simd::load(s + i) * scale - simd::load(log_sums + i));
        simd::store(dp + i, scale * (p * (simd::load(dp + i) - simd::load(dots + i))));
        simd::store(s + i, p);
      },
      [&](std::size_t i, std::size_t n) {
        const simd::Floats p = simd::exp(simd::load_part(s + i, n, 0) * scale - simd::load_part(log_sums + i, n, 0));
        simd::store_part(dp + i, scale * (p * (simd::load_part(dp + i, n, 0) - simd::load_part(dots + i, n, 0))), n);
        simd::store_part(s + i, p, n);
      });
  for (std::size_t i = 0; i < first; ++i) s[i] = dp[i] = 0;
}

float cross_entropy_row(float* scores, std::size_t size, std::int32_t target, float scale, float surest) {
  const auto without_loss = [&] {
    for (std::size_t i = 0; i < size; ++i) scores[i] = 0;
    return 0.0F;
  };
  if (target < 0) return without_loss();
  const float peak = largest_of(scores, size);
  const float target_score = scores[target] - peak;
  const float total = exponentiate_row(scores, size, 1.0F, peak), factor = scale / total;
  // A sum of numbers from 0 is not below any of them, rounded or not: at 1 this never holds.
  if (scores[target] > surest * total) return without_loss();
  for (std::size_t i = 0; i < size; ++i) scores[i] *= factor;
  scores[target] -= scale;
  return std::log(total) - target_score;
}

void dot_rows(const float* a, std::size_t a_stride, const float* b, std::size_t b_stride, std::size_t rows,
              std::size_t columns, float* out) {
  for (std::size_t r = 0; r < rows; ++r) {
    simd::Floats parts{};
    const float *x = a + r * a_stride, *y = b + r * b_stride;
    simd::for_blocks(
        columns, [&](std::size_t i) { parts += simd::load(x + i) * simd::load(y + i); },
        [&](std::size_t i, std::size_t n) { parts += simd::load_part(x + i, n, 0) * simd::load_part(y + i, n, 0); });
    out[r] = simd::sum(parts);
  }
}

}  // namespace
}  // namespace genloss::workers::numerics
