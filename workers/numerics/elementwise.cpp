#include "workers/numerics/elementwise.hpp"

#include "workers/numerics/kernels.hpp"
#include "workers/numerics/parallel.hpp"

namespace genloss::workers::numerics {

void add(float* to, const float* from, std::size_t count) { kernels().add(to, from, count); }

void add_in_parallel(std::span<float> to, std::span<const float> from) {
  parallel_blocks(to.size(), std::size_t{1} << 14, [&](std::size_t begin, std::size_t end) {
    kernels().add(to.data() + begin, from.data() + begin, end - begin);
  });
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

void sum_rows(const ConstMatrix& from, float* out) {
  kernels().sum_rows(from.data, from.stride, from.rows, from.columns, out);
}

}  // namespace genloss::workers::numerics
