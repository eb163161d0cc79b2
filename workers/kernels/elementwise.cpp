#include "workers/kernels/elementwise.hpp"

#include "workers/kernels/clones.hpp"
#include "workers/kernels/vector.hpp"

namespace genloss::workers::kernels {

GENLOSS_CLONES void add(float* __restrict to, const float* __restrict from, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] += from[i];
}

void add_bias(const Matrix& to, const float* bias) {
  for (std::size_t r = 0; r < to.rows; ++r) add(to.at(r, 0), bias, to.columns);
}

void add_matrix(const Matrix& to, const ConstMatrix& other, const float* bias) {
  for (std::size_t r = 0; r < to.rows; ++r) {
    add(to.at(r, 0), other.at(r, 0), to.columns);
    if (bias != nullptr) add(to.at(r, 0), bias, to.columns);
  }
}

namespace {
/// Up to 64 columns: their sums stay in registers.
GENLOSS_CLONES void sum_rows_of(const float* from, std::size_t stride, std::size_t rows, std::size_t columns,
                                float* out) {
  std::size_t c = 0;
  for (; c + 4 * lanes <= columns; c += 4 * lanes) {
    Floats sums[4] = {};
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t j = 0; j < 4; ++j) sums[j] += load(from + r * stride + c + j * lanes);
    }
    for (std::size_t j = 0; j < 4; ++j) store(out + c + j * lanes, sums[j]);
  }
  for (; c < columns; ++c) {
    float total = 0;
    for (std::size_t r = 0; r < rows; ++r) total += from[r * stride + c];
    out[c] = total;
  }
}
}  // namespace

void sum_rows(const ConstMatrix& from, float* out) {
  sum_rows_of(from.data, from.stride, from.rows, from.columns, out);
}

}  // namespace genloss::workers::kernels
