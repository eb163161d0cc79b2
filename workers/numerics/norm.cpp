#include "workers/numerics/norm.hpp"

#include <algorithm>

#include "workers/numerics/parallel.hpp"

namespace genloss::workers::numerics {

void normalise(const ConstMatrix& x, const NormWeights& weights, const Matrix& y, std::span<RowStatistics> rows) {
  parallel_blocks(x.rows, 32, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      rows[r] = kernels().normalise_row(x.at(r, 0), weights.weight, weights.bias, y.at(r, 0), x.columns,
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
      kernels().normalise_backward_row(dy.at(r, 0), x.at(r, 0), weights.weight, weights.bias != nullptr, rows[r],
                                       dx.at(r, 0), d_weight, d_weight + x.columns, x.columns);
    }
  });
}

}  // namespace genloss::workers::numerics
