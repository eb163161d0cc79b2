#pragma once
// Layer normalisation (Ba, Kiros & Hinton 2016) and root-mean-square normalisation (Zhang & Sennrich 2019).
// In parallel over blocks of rows.

#include <span>

#include "workers/numerics/kernels.hpp"
#include "workers/numerics/matrix.hpp"

namespace genloss::workers::numerics {

struct NormWeights {
  const float* weight = nullptr;
  const float* bias = nullptr;  ///< null: root-mean-square normalisation
  double epsilon = 1e-5;
};

void normalise(const ConstMatrix& x, const NormWeights& weights, const Matrix& y, std::span<RowStatistics> rows);

/// dx += gradient of y's gradient dy; partial[b] = [d weight | d bias] summed over rows [b * norm_rows, ...), for the
/// caller to add up in order. @param partial ceil(rows / norm_rows) rows of 2 * x.columns; rows of b must not straddle
/// what the caller wants apart
void normalise_backward(const ConstMatrix& dy, const ConstMatrix& x, const NormWeights& weights,
                        std::span<const RowStatistics> rows, const Matrix& dx, const Matrix& partial,
                        std::size_t rows_per_partial);

}  // namespace genloss::workers::numerics
