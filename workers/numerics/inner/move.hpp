#pragma once
// Adding, turning and optimizing rows of floats. Only for kernels_*.cpp.

#include <utility>

#include "workers/numerics/inner/simd.hpp"
#include "workers/numerics/kernels.hpp"

namespace genloss::workers::numerics {
namespace {

void add_row(float* __restrict to, const float* __restrict from, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] += from[i];
}

/// Four vectors of columns at a time: their sums stay in registers.
void sum_rows_of(const float* from, std::size_t stride, std::size_t rows, std::size_t columns, float* out) {
  std::size_t c = 0;
  for (; c + 4 * simd::lanes <= columns; c += 4 * simd::lanes) {
    simd::Floats sums[4] = {};
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t j = 0; j < 4; ++j) sums[j] += simd::load(from + r * stride + c + j * simd::lanes);
    }
    for (std::size_t j = 0; j < 4; ++j) simd::store(out + c + j * simd::lanes, sums[j]);
  }
  for (; c < columns; ++c) {
    float total = 0;
    for (std::size_t r = 0; r < rows; ++r) total += from[r * stride + c];
    out[c] = total;
  }
}

/// Exchanges squares of size Half across the diagonal of a square of vectors.
template <std::size_t Half, std::size_t... Column>
GENLOSS_INLINE void exchange(simd::Floats (&rows)[simd::width], std::index_sequence<Column...>) {
  for (std::size_t r = 0; r < simd::lanes; ++r) {
    if (r & Half) continue;
    const simd::Floats a = rows[r], b = rows[r + Half];
    rows[r] = __builtin_shufflevector(a, b, ((Column & Half) ? simd::lanes + Column - Half : Column)...);
    rows[r + Half] = __builtin_shufflevector(a, b, ((Column & Half) ? simd::lanes + Column : Column + Half)...);
  }
}
/// A square of one vector each way, in registers: rounds that exchange ever smaller squares.
GENLOSS_INLINE void transpose_square(const float* from, std::size_t from_stride, float* to, std::size_t to_stride) {
  simd::Floats rows[simd::width];
  for (std::size_t r = 0; r < simd::lanes; ++r) rows[r] = simd::load(from + r * from_stride);
  constexpr auto columns = std::make_index_sequence<simd::lanes>();
  if constexpr (simd::width >= 16) exchange<8>(rows, columns);
  if constexpr (simd::width >= 8) exchange<4>(rows, columns);
  exchange<2>(rows, columns);
  exchange<1>(rows, columns);
  for (std::size_t r = 0; r < simd::lanes; ++r) simd::store(to + r * to_stride, rows[r]);
}

void transpose_block(const float* from, std::size_t from_stride, float* to, std::size_t to_stride, std::size_t rows,
                     std::size_t columns) {
  const std::size_t whole_rows = rows / simd::lanes * simd::lanes, whole_columns = columns / simd::lanes * simd::lanes;
  for (std::size_t r = 0; r < whole_rows; r += simd::lanes) {
    for (std::size_t c = 0; c < whole_columns; c += simd::lanes) {
      transpose_square(from + r * from_stride + c, from_stride, to + c * to_stride + r, to_stride);
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = r < whole_rows ? whole_columns : 0; c < columns; ++c) {
      to[c * to_stride + r] = from[r * from_stride + c];
    }
  }
}

void add_transposed_block(const float* from, std::size_t from_stride, float* to, std::size_t to_stride,
                          std::size_t rows, std::size_t columns) {
  for (std::size_t c = 0; c < columns; ++c) {
    for (std::size_t r = 0; r < rows; ++r) to[c * to_stride + r] += from[r * from_stride + c];
  }
}

void rotate_row(float* x, const float* cosines, const float* sines, float sign, std::size_t half) {
  for (std::size_t i = 0; i < half; ++i) {
    const float a = x[i], b = x[i + half], sine = sign * sines[i];
    x[i] = a * cosines[i] - b * sine;
    x[i + half] = b * cosines[i] + a * sine;
  }
}

void adamw_run(const AdamW& with, float* __restrict p, const float* __restrict g, float* __restrict m,
               float* __restrict v, std::size_t count) {
  const AdamW rule = with;
  for (std::size_t i = 0; i < count; ++i) {
    const float gradient = g[i] * rule.gradient_scale;
    m[i] = rule.beta1 * m[i] + (1 - rule.beta1) * gradient;
    v[i] = rule.beta2 * v[i] + (1 - rule.beta2) * (gradient * gradient);
    const float divisor = std::sqrt(v[i]) * rule.inverse_root_correction + rule.epsilon;
    p[i] = rule.keep * p[i] - rule.step_size * (m[i] / divisor);
  }
}

/// c = a b, or c += a b, where there is no compiled tile: each element is summed in the order of the inner dimension.
void multiply_plainly(const ConstMatrix& a, const ConstMatrix& b, const Matrix& c, bool add) {
  for (std::size_t r = 0; r < c.rows; ++r) {
    float* const out = c.at(r, 0);
    if (!add) {
      for (std::size_t j = 0; j < c.columns; ++j) out[j] = 0;
    }
    for (std::size_t i = 0; i < a.columns; ++i) {
      const float x = *a.at(r, i);
      const float* const row = b.at(i, 0);
      for (std::size_t j = 0; j < c.columns; ++j) out[j] += x * row[j];
    }
  }
}

}  // namespace
}  // namespace genloss::workers::numerics
