#include "workers/numerics/transpose.hpp"

#include <algorithm>

#include "workers/numerics/kernels.hpp"
#include "workers/numerics/parallel.hpp"

namespace genloss::workers::numerics {

void put_transposed(const ConstMatrix& from, const Matrix& to, bool add) {
  const auto work = add ? kernels().add_transposed : kernels().transpose;
  work(from.data, from.stride, to.data, to.stride, from.rows, from.columns);
}

void put(const ConstMatrix& from, const Matrix& to, bool add) {
  for (std::size_t r = 0; r < from.rows; ++r) {
    if (add) {
      kernels().add(to.at(r, 0), from.at(r, 0), from.columns);
    } else {
      std::copy_n(from.at(r, 0), from.columns, to.at(r, 0));
    }
  }
}

void transpose(const ConstMatrix& from, const Matrix& to) {
  constexpr std::size_t block = 64;
  const std::size_t across = (from.columns + block - 1) / block, down = (from.rows + block - 1) / block;
  parallel(across * down, [&](std::size_t b) {
    const std::size_t column = b % across * block, columns = std::min(block, from.columns - column);
    const std::size_t row = b / across * block, rows = std::min(block, from.rows - row);
    put_transposed(from.block(row, rows, column, columns), to.block(column, columns, row, rows), false);
  });
}

}  // namespace genloss::workers::numerics
