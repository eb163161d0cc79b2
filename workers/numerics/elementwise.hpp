#pragma once
// Rows and tiles, one after the other; on the calling thread unless a name says otherwise.

#include <cstddef>
#include <span>

#include "workers/numerics/matrix.hpp"

namespace genloss::workers::numerics {

/// to += from
void add(float* to, const float* from, std::size_t count);
/// The same, shared by parts among threads.
void add_in_parallel(std::span<float> to, std::span<const float> from);
/// to += bias in every row
void add_bias(const Matrix& to, const float* bias);
/// to += other (+ bias in every row, if there is one)
void add_matrix(const Matrix& to, const ConstMatrix& other, const float* bias);
/// out = sum of the rows of `from`, in their order
void sum_rows(const ConstMatrix& from, float* out);

}  // namespace genloss::workers::numerics
