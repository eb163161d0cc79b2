#pragma once
#include <cstddef>
#include <span>

#include "workers/numerics/elementwise.hpp"
#include "workers/numerics/matrix.hpp"

namespace genloss::workers::numerics {

/// Adds the rows of `parts` (a power of two of them) by the binary tree of comms::LaneReduction; the sum is left in the
/// first.
inline void fold(const Matrix& parts) {
  for (std::size_t step = 1; step < parts.rows; step *= 2) {
    for (std::size_t i = 0; i + step < parts.rows; i += 2 * step)
      add(parts.at(i, 0), parts.at(i + step, 0), parts.columns);
  }
}

/// out = (+=) tree over segments of the sum of each segment's rows; at most 64 segments. On the calling thread.
void sum_segments(const ConstMatrix& from, std::size_t segment, float* out, bool add);
/// The same shared by columns among threads.
void sum_segments_in_parallel(const ConstMatrix& from, std::size_t segment, float* out, bool add);

}  // namespace genloss::workers::numerics
