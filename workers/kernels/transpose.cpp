#include "workers/kernels/transpose.hpp"

#include <algorithm>
#include <utility>

#include "workers/kernels/clones.hpp"
#include "workers/kernels/parallel.hpp"
#include "workers/kernels/vector.hpp"

namespace genloss::workers::kernels {
namespace {

/// 16 x 16 in registers: four rounds that exchange ever smaller squares across the diagonal.
template <std::size_t Half, std::size_t... Column>
GENLOSS_INLINE void exchange(Floats (&rows)[16], std::index_sequence<Column...>) {
  for (std::size_t r = 0; r < 16; ++r) {
    if (r & Half) continue;
    const Floats a = rows[r], b = rows[r + Half];
    rows[r] = __builtin_shufflevector(a, b, ((Column & Half) ? 16 + Column - Half : Column)...);
    rows[r + Half] = __builtin_shufflevector(a, b, ((Column & Half) ? 16 + Column : Column + Half)...);
  }
}

GENLOSS_INLINE void transpose_16(const float* from, std::size_t from_stride, float* to, std::size_t to_stride) {
  Floats rows[16];
  for (std::size_t r = 0; r < 16; ++r) rows[r] = load(from + r * from_stride);
  constexpr auto columns = std::make_index_sequence<16>();
  exchange<8>(rows, columns);
  exchange<4>(rows, columns);
  exchange<2>(rows, columns);
  exchange<1>(rows, columns);
  for (std::size_t r = 0; r < 16; ++r) store(to + r * to_stride, rows[r]);
}

GENLOSS_CLONES void transpose_block(const float* from, std::size_t from_stride, float* to, std::size_t to_stride,
                                    std::size_t rows, std::size_t columns) {
  const std::size_t whole_rows = rows / 16 * 16, whole_columns = columns / 16 * 16;
  for (std::size_t r = 0; r < whole_rows; r += 16) {
    for (std::size_t c = 0; c < whole_columns; c += 16) {
      transpose_16(from + r * from_stride + c, from_stride, to + c * to_stride + r, to_stride);
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = r < whole_rows ? whole_columns : 0; c < columns; ++c) {
      to[c * to_stride + r] = from[r * from_stride + c];
    }
  }
}

GENLOSS_CLONES void add_transposed(const float* from, std::size_t from_stride, float* to, std::size_t to_stride,
                                   std::size_t rows, std::size_t columns) {
  for (std::size_t c = 0; c < columns; ++c) {
    for (std::size_t r = 0; r < rows; ++r) to[c * to_stride + r] += from[r * from_stride + c];
  }
}

GENLOSS_CLONES void add_rows(const float* from, std::size_t from_stride, float* to, std::size_t to_stride,
                             std::size_t rows, std::size_t columns) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) to[r * to_stride + c] += from[r * from_stride + c];
  }
}

}  // namespace

void put_transposed(const ConstMatrix& from, const Matrix& to, bool add) {
  const auto work = add ? add_transposed : transpose_block;
  work(from.data, from.stride, to.data, to.stride, from.rows, from.columns);
}

void put(const ConstMatrix& from, const Matrix& to, bool add) {
  if (add) return add_rows(from.data, from.stride, to.data, to.stride, from.rows, from.columns);
  for (std::size_t r = 0; r < from.rows; ++r) std::copy_n(from.at(r, 0), from.columns, to.at(r, 0));
}

void transpose(const ConstMatrix& from, const Matrix& to) {
  constexpr std::size_t block = 64;
  const std::size_t across = (from.columns + block - 1) / block, down = (from.rows + block - 1) / block;
  parallel(across, [&](std::size_t j) {
    const std::size_t column = j * block, columns = std::min(block, from.columns - column);
    for (std::size_t i = 0; i < down; ++i) {
      const std::size_t row = i * block, rows = std::min(block, from.rows - row);
      put_transposed(from.block(row, rows, column, columns), to.block(column, columns, row, rows), false);
    }
  });
}

}  // namespace genloss::workers::kernels
