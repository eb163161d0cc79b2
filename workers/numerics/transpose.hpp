#pragma once
#include "workers/numerics/matrix.hpp"

namespace genloss::workers::numerics {

/// to[c][r] = from[r][c]; in parallel.
void transpose(const ConstMatrix& from, const Matrix& to);
/// The same on the calling thread, for blocks that are in cache; += if `add`.
void put_transposed(const ConstMatrix& from, const Matrix& to, bool add);
/// to = from, or to += from; on the calling thread.
void put(const ConstMatrix& from, const Matrix& to, bool add);

}  // namespace genloss::workers::numerics
