#pragma once
// Normalisation of a row, forward and backward. Only for kernels_*.cpp.

#include "workers/numerics/inner/simd.hpp"
#include "workers/numerics/kernels.hpp"

namespace genloss::workers::numerics {
namespace {

GENLOSS_INLINE float sum_of(const float* x, std::size_t size) {
  simd::Floats parts{};
  simd::for_blocks(
      size, [&](std::size_t i) { parts += simd::load(x + i); },
      [&](std::size_t i, std::size_t n) { parts += simd::load_part(x + i, n, 0); });
  return simd::sum(parts);
}

/// Sum of (x - mean)^2.
GENLOSS_INLINE float spread_of(const float* x, std::size_t size, float mean) {
  simd::Floats parts{};
  const auto add = [&](const simd::Floats& v) __attribute__((always_inline)) {
    const simd::Floats d = v - mean;
    parts += d * d;
  };
  simd::for_blocks(
      size, [&](std::size_t i) { add(simd::load(x + i)); },
      [&](std::size_t i, std::size_t n) { add(simd::load_part(x + i, n, mean)); });
  return simd::sum(parts);
}

RowStatistics normalise_row(const float* x, const float* weight, const float* bias, float* y, std::size_t size,
                            float epsilon) {
  const auto count = static_cast<float>(size);
  const float mean = bias != nullptr ? sum_of(x, size) / count : 0.0F;
  const float inverse = 1.0F / std::sqrt(spread_of(x, size, mean) / count + epsilon);
  if (bias != nullptr) {
    for (std::size_t i = 0; i < size; ++i) y[i] = (x[i] - mean) * inverse * weight[i] + bias[i];
  } else {
    for (std::size_t i = 0; i < size; ++i) y[i] = x[i] * inverse * weight[i];
  }
  return {mean, inverse};
}

/// With h = (x - mean) inverse and g = dy weight: dx += inverse (g - mean(g) - h mean(g h)); RMS norm has no mean(g).
void normalise_backward_row(const float* __restrict dy, const float* __restrict x, const float* __restrict weight,
                            bool centred, RowStatistics row, float* __restrict dx, float* __restrict d_weight,
                            float* __restrict d_bias, std::size_t size) {
  simd::Floats sums{}, products{};
  const auto gather = [&](const simd::Floats& g, const simd::Floats& h) __attribute__((always_inline)) {
    sums += g;
    products += g * h;
  };
  simd::for_blocks(
      size,
      [&](std::size_t i) {
        gather(simd::load(dy + i) * simd::load(weight + i), (simd::load(x + i) - row.mean) * row.inverse);
      },
      [&](std::size_t i, std::size_t n) {
        gather(simd::load_part(dy + i, n, 0) * simd::load_part(weight + i, n, 0),
               (simd::load_part(x + i, n, row.mean) - row.mean) * row.inverse);
      });
  const auto count = static_cast<float>(size);
  const float mean_g = centred ? simd::sum(sums) / count : 0.0F, mean_gh = simd::sum(products) / count;
  for (std::size_t i = 0; i < size; ++i) {
    const float h = (x[i] - row.mean) * row.inverse;
    dx[i] += row.inverse * (dy[i] * weight[i] - mean_g - h * mean_gh);
    d_weight[i] += dy[i] * h;
    d_bias[i] += dy[i];
  }
}

}  // namespace
}  // namespace genloss::workers::numerics
