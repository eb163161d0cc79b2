#include "workers/kernels/norm.hpp"

#include <algorithm>
#include <cmath>

#include "workers/kernels/clones.hpp"
#include "workers/kernels/parallel.hpp"
#include "workers/kernels/vector.hpp"

namespace genloss::workers::kernels {
namespace {

GENLOSS_INLINE float sum_of(const float* x, std::size_t size) {
  Floats parts{};
  for_blocks(
      size, [&](std::size_t i) { parts += load(x + i); },
      [&](std::size_t i, std::size_t n) { parts += load_part(x + i, n, 0); });
  return sum(parts);
}

/// Sum of (x - mean)^2.
GENLOSS_INLINE float spread_of(const float* x, std::size_t size, float mean) {
  Floats parts{};
  const auto add = [&](const Floats& v) {
    const Floats d = v - mean;
    parts += d * d;
  };
  for_blocks(
      size, [&](std::size_t i) { add(load(x + i)); },
      [&](std::size_t i, std::size_t n) { add(load_part(x + i, n, mean)); });
  return sum(parts);
}

GENLOSS_CLONES RowStatistics normalise_row(const float* x, const float* weight, const float* bias, float* y,
                                           std::size_t size, float epsilon) {
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
GENLOSS_CLONES void backward_row(const float* dy, const float* x, const float* weight, bool centred, RowStatistics row,
                                 float* dx, float* d_weight, float* d_bias, std::size_t size) {
  Floats sums{}, products{};
  const auto gather = [&](const Floats& g, const Floats& h) {
    sums += g;
    products += g * h;
  };
  for_blocks(
      size, [&](std::size_t i) { gather(load(dy + i) * load(weight + i), (load(x + i) - row.mean) * row.inverse); },
      [&](std::size_t i, std::size_t n) {
        gather(load_part(dy + i, n, 0) * load_part(weight + i, n, 0),
               (load_part(x + i, n, row.mean) - row.mean) * row.inverse);
      });
  const auto count = static_cast<float>(size);
  const float mean_g = centred ? sum(sums) / count : 0.0F, mean_gh = sum(products) / count;
  for (std::size_t i = 0; i < size; ++i) {
    const float h = (x[i] - row.mean) * row.inverse;
    dx[i] += row.inverse * (dy[i] * weight[i] - mean_g - h * mean_gh);
    d_weight[i] += dy[i] * h;
    d_bias[i] += dy[i];
  }
}

constexpr std::size_t rows_at_once = 32;

}  // namespace

void normalise(const ConstMatrix& x, const NormWeights& weights, const Matrix& y, std::span<RowStatistics> rows) {
  parallel((x.rows + rows_at_once - 1) / rows_at_once, [&](std::size_t block) {
    const std::size_t end = std::min(x.rows, (block + 1) * rows_at_once);
    for (std::size_t r = block * rows_at_once; r < end; ++r) {
      rows[r] = normalise_row(x.at(r, 0), weights.weight, weights.bias, y.at(r, 0), x.columns,
                              static_cast<float>(weights.epsilon));
    }
  });
}

void normalise_backward(const ConstMatrix& dy, const ConstMatrix& x, const NormWeights& weights,
                        std::span<const RowStatistics> rows, const Matrix& dx, const Matrix& partial,
                        std::size_t rows_per_partial) {
  parallel(partial.rows, [&](std::size_t block) {
    float* const d_weight = partial.at(block, 0);
    std::fill_n(d_weight, 2 * x.columns, 0.0F);
    const std::size_t end = std::min(x.rows, (block + 1) * rows_per_partial);
    for (std::size_t r = block * rows_per_partial; r < end; ++r) {
      backward_row(dy.at(r, 0), x.at(r, 0), weights.weight, weights.bias != nullptr, rows[r], dx.at(r, 0), d_weight,
                   d_weight + x.columns, x.columns);
    }
  });
}

}  // namespace genloss::workers::kernels
