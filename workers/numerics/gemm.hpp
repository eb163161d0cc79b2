#pragma once
// Matrix products in tiles that stay in the first two caches, so that what follows a product (bias, activation,
// residual) can be done while the tile is there.
//
// An element of a product is summed over the inner dimension in one order, whatever tile it lies in and whatever thread
// computes it.

#include <algorithm>
#include <cstddef>
#include <span>

#include "workers/numerics/matrix.hpp"
#include "workers/numerics/parallel.hpp"

namespace genloss::workers::numerics {

inline constexpr std::size_t tile_rows = 128, tile_columns = 64;

/// c = a b, or c += a b. On the calling thread. By a product that LIBXSMM compiles for the shape and for
/// instructions(); below AVX2 by a plain loop.
void multiply_tile(const ConstMatrix& a, const ConstMatrix& b, const Matrix& c, bool add);

/// c = a b (+ c if `add`), in parallel over tiles; epilogue(row, column, rows, columns) is called for every tile of c
/// when it is complete. Tiles do not cross multiples of `segment` rows.
template <class Epilogue>
void multiply(const ConstMatrix& a, const ConstMatrix& b, const Matrix& c, std::size_t segment, bool add,
              const Epilogue& epilogue) {
  const std::size_t per_segment = (segment + tile_rows - 1) / tile_rows;
  const std::size_t across = (c.columns + tile_columns - 1) / tile_columns;
  const std::size_t down = c.rows / segment * per_segment;
  parallel(down * across, [&](std::size_t tile) {
    const std::size_t block = tile / across;
    const std::size_t start = block % per_segment * tile_rows;
    const std::size_t row = block / per_segment * segment + start, rows = std::min(tile_rows, segment - start);
    const std::size_t column = tile % across * tile_columns, columns = std::min(tile_columns, c.columns - column);
    multiply_tile(a.block(row, rows, 0, a.columns), b.block(0, b.rows, column, columns),
                  c.block(row, rows, column, columns), add);
    epilogue(row, column, rows, columns);
  });
}
inline void multiply(const ConstMatrix& a, const ConstMatrix& b, const Matrix& c, std::size_t segment,
                     bool add = false) {
  multiply(a, b, c, segment, add, [](std::size_t, std::size_t, std::size_t, std::size_t) {});
}

/// Sums over blocks of rows: out = tree over s of a_s^T b_s (+ out if `add`), where a_s and b_s are the rows
/// [s * segment, (s + 1) * segment) of a and b, and the tree is that of comms::LaneReduction. Used for the gradient of
/// a matrix, with a segment per lane. The number of segments is a power of two.
/// @param out [a.columns, b.columns] @param packed room for a.rows * min(a.columns, b.columns) floats
void multiply_transposed(const ConstMatrix& a, const ConstMatrix& b, const Matrix& out, std::size_t segment, bool add,
                         std::span<float> packed);

}  // namespace genloss::workers::numerics
