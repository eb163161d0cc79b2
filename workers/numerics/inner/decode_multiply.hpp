#pragma once
// Product of a few rows with packed weights. Only for kernels_*.cpp.

#include "workers/numerics/inner/simd.hpp"
#include "workers/numerics/kernels.hpp"

namespace genloss::workers::numerics {
namespace {

/// Rows whose sums fit the registers beside two vectors of weights: two sums each.
constexpr int tile_height = simd::width == 16 ? 8 : simd::width == 8 ? 6 : 4;
/// A tile's second vector of columns lies half a panel from the first: that is where swiglu's partner is.
constexpr int half_panel = PackedMatrix::panel / 2;

GENLOSS_INLINE void finish(simd::Floats left, simd::Floats right, float* row, int panel, int offset,
                           Epilogue epilogue) {
  if (epilogue == Epilogue::swiglu) {
    simd::store(row + panel * half_panel + offset, simd::silu(left) * right);
    return;
  }
  float* out = row + panel * PackedMatrix::panel + offset;
  if (epilogue == Epilogue::add) {
    left += simd::load(out);
    right += simd::load(out + half_panel);
  } else if (epilogue == Epilogue::gelu) {
    left = simd::gelu(left);
    right = simd::gelu(right);
  }
  simd::store(out, left);
  simd::store(out + half_panel, right);
}

/// Two vectors of columns of one panel for `height` rows: all sums stay in registers.
template <int height>
GENLOSS_INLINE void tile(const PackedMatrix& weights, int panel, int offset, Rows in, Rows out, Epilogue epilogue) {
  const float* column = weights.panel_at(panel) + offset;
  const float* bias = weights.bias_at(panel) + offset;
  simd::Floats left[height], right[height];
#pragma GCC unroll 8
  for (int r = 0; r < height; ++r) {
    left[r] = simd::load(bias);
    right[r] = simd::load(bias + half_panel);
  }
  const int inputs = weights.inputs();
  for (int i = 0; i < inputs; ++i, column += PackedMatrix::panel) {
    const simd::Floats a = simd::load(column), b = simd::load(column + half_panel);
#pragma GCC unroll 8
    for (int r = 0; r < height; ++r) {
      const float x = in.at(r)[i];
      left[r] += x * a;
      right[r] += x * b;
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < height; ++r) finish(left[r], right[r], out.at(r), panel, offset, epilogue);
}

/// All columns of one panel for one row: its weights are read once, in their order.
GENLOSS_INLINE void panel_of_row(const PackedMatrix& weights, int panel, Rows in, Rows out, Epilogue epilogue) {
  constexpr int vectors = PackedMatrix::panel / simd::width;
  const float* column = weights.panel_at(panel);
  simd::Floats sums[vectors];
#pragma GCC unroll 8
  for (int v = 0; v < vectors; ++v) sums[v] = simd::load(weights.bias_at(panel) + v * simd::width);
  const float* const row = in.at(0);
  const int inputs = weights.inputs();
  for (int i = 0; i < inputs; ++i, column += PackedMatrix::panel) {
    const float x = row[i];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) sums[v] += x * simd::load(column + v * simd::width);
  }
#pragma GCC unroll 8
  for (int v = 0; v < vectors / 2; ++v) {
    finish(sums[v], sums[v + vectors / 2], out.at(0), panel, v * simd::width, epilogue);
  }
}

template <int height>
GENLOSS_INLINE void tile_all_columns(const PackedMatrix& weights, int panel, Rows in, Rows out, Epilogue epilogue) {
  for (int offset = 0; offset < half_panel; offset += simd::width) {
    tile<height>(weights, panel, offset, in, out, epilogue);
  }
}

void decode_multiply(const PackedMatrix& weights, Rows in, int rows, Rows out, Epilogue epilogue, int first_panel,
                     int end_panel) {
  for (int panel = first_panel; panel < end_panel; ++panel) {
    int row = 0;
    for (; row + tile_height <= rows; row += tile_height) {
      tile_all_columns<tile_height>(weights, panel, {in.at(row), in.stride}, {out.at(row), out.stride}, epilogue);
    }
    for (; row + 2 <= rows; row += 2) {
      tile_all_columns<2>(weights, panel, {in.at(row), in.stride}, {out.at(row), out.stride}, epilogue);
    }
    if (row < rows) {
      panel_of_row(weights, panel, {in.at(row), in.stride}, {out.at(row), out.stride}, epilogue);
    }
  }
}

}  // namespace
}  // namespace genloss::workers::numerics
