#include "workers/numerics/tree.hpp"

#include <algorithm>
#include <array>

#include "workers/numerics/parallel.hpp"

namespace genloss::workers::numerics {

namespace {

constexpr std::size_t width = 64, most_segments = 64;

void sum_block(const ConstMatrix& from, std::size_t segment, float* out, bool add) {
  std::array<float, width * most_segments> room;
  const Matrix parts = matrix(room.data(), from.rows / segment, from.columns);
  for (std::size_t s = 0; s < parts.rows; ++s) {
    sum_rows(from.block(s * segment, segment, 0, from.columns), parts.at(s, 0));
  }
  fold(parts);
  if (add) {
    numerics::add(out, parts.data, from.columns);
  } else {
    std::copy_n(parts.data, from.columns, out);
  }
}

}  // namespace

void sum_segments(const ConstMatrix& from, std::size_t segment, float* out, bool add) {
  for (std::size_t column = 0; column < from.columns; column += width) {
    const std::size_t columns = std::min(width, from.columns - column);
    sum_block(from.block(0, from.rows, column, columns), segment, out + column, add);
  }
}

void sum_segments_in_parallel(const ConstMatrix& from, std::size_t segment, float* out, bool add) {
  parallel((from.columns + width - 1) / width, [&](std::size_t block) {
    const std::size_t column = block * width, columns = std::min(width, from.columns - column);
    sum_block(from.block(0, from.rows, column, columns), segment, out + column, add);
  });
}

}  // namespace genloss::workers::numerics
