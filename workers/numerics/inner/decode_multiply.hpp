#pragma once
// Product of a few rows with packed weights. Only for kernels_*.cpp.

#include <algorithm>

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

/// Inputs that are multiplied before the next ones are read, so that a panel's part of the weights is read from the
/// first-level cache by all rows but the first. Sums wait in memory meanwhile, as they are: no bit depends on it.
constexpr int depth = 64;
/// Rows whose sums wait together.
constexpr int rows_together = 48;

/// Where the sums of one panel stand: [row][column of the panel].
struct Sums {
  float* at;
  [[nodiscard]] GENLOSS_INLINE float* row(int r) const {
    return at + static_cast<std::ptrdiff_t>(r) * PackedMatrix::panel;
  }
};

/// The inputs [begin, end) of one panel: what a tile adds to its sums.
struct Part {
  const float* weights;
  int begin, end;
};

constexpr std::ptrdiff_t cache_line = 16;  // floats
/// A core waits for few lines at a time, so they are asked for evenly over all of the work, every few inputs.
constexpr int inputs_between_fetches = 16;
/// How often a part asks for lines.
GENLOSS_INLINE std::ptrdiff_t fetches_of_part(int rows) {
  const int tiles = (rows + tile_height - 1) / tile_height;
  return static_cast<std::ptrdiff_t>(tiles) * (half_panel / simd::width) * (depth / inputs_between_fetches);
}
GENLOSS_INLINE std::ptrdiff_t floats_a_fetch(std::ptrdiff_t floats, std::ptrdiff_t fetches) {
  return (floats / cache_line + fetches - 1) / fetches * cache_line;
}

/// Fetches what is read after a product into the second-level cache.
class FetchNext {
 public:
  GENLOSS_INLINE FetchNext(ReadNext blocks, std::ptrdiff_t fetches) : blocks_(blocks) {
    std::ptrdiff_t floats = 0;
    for (const auto& block : blocks) floats += static_cast<std::ptrdiff_t>(block.size()) + cache_line;
    floats_ = floats_a_fetch(floats, fetches);
    if (!blocks.empty()) at_ = blocks.front().data();
  }
  GENLOSS_INLINE void some() {
    for (std::ptrdiff_t left = floats_; left > 0 && !blocks_.empty();) {
      const float* const end = blocks_.front().data() + blocks_.front().size();
      const float* const stop = end - at_ < left ? end : at_ + left;
      left -= stop - at_;
      for (; at_ < stop; at_ += cache_line) __builtin_prefetch(at_, 0, 2);
      if (at_ < end) return;
      blocks_ = blocks_.subspan(1);
      if (!blocks_.empty()) at_ = blocks_.front().data();
    }
  }

 private:
  ReadNext blocks_;
  const float* at_ = nullptr;
  std::ptrdiff_t floats_ = 0;
};

/// Fetches the next part into the first-level cache while this one is worked on: weights come from far away, and in
/// stretches too short to be foreseen.
class Fetch {
 public:
  /// @param rows that the present part is multiplied with
  GENLOSS_INLINE Fetch(const float* next_part, int rows, FetchNext& next)
      : at_(next_part), end_(next_part + floats), floats_(floats_a_fetch(floats, fetches_of_part(rows))), next_(next) {}
  GENLOSS_INLINE void some() {
    const float* const stop = end_ - at_ < floats_ ? end_ : at_ + floats_;
    for (; at_ < stop; at_ += cache_line) __builtin_prefetch(at_);
    next_.some();
  }

 private:
  static constexpr std::ptrdiff_t floats = static_cast<std::ptrdiff_t>(depth) * PackedMatrix::panel;
  const float *at_, *end_;
  std::ptrdiff_t floats_;
  FetchNext& next_;
};

/// Two vectors of columns of one panel for `height` rows: all sums stay in registers.
template <int height>
GENLOSS_INLINE void tile(const Part& part, int offset, Rows in, Sums sums, Fetch& fetch) {
  const float* column = part.weights + offset;
  simd::Floats left[height], right[height];
#pragma GCC unroll 8
  for (int r = 0; r < height; ++r) {
    left[r] = simd::load(sums.row(r) + offset);
    right[r] = simd::load(sums.row(r) + offset + half_panel);
  }
  for (int i = part.begin; i < part.end;) {
    fetch.some();
    for (const int stop = std::min(i + inputs_between_fetches, part.end); i < stop;
         ++i, column += PackedMatrix::panel) {
      const simd::Floats a = simd::load(column), b = simd::load(column + half_panel);
#pragma GCC unroll 8
      for (int r = 0; r < height; ++r) {
        const float x = in.at(r)[i];
        left[r] += x * a;
        right[r] += x * b;
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < height; ++r) {
    simd::store(sums.row(r) + offset, left[r]);
    simd::store(sums.row(r) + offset + half_panel, right[r]);
  }
}

/// All columns of one panel for one row: its weights are read once, in their order.
GENLOSS_INLINE void all_columns(const Part& part, const float* in, float* sums) {
  constexpr int vectors = PackedMatrix::panel / simd::width;
  const float* column = part.weights;
  simd::Floats sum[vectors];
#pragma GCC unroll 8
  for (int v = 0; v < vectors; ++v) sum[v] = simd::load(sums + v * simd::width);
  for (int i = part.begin; i < part.end; ++i, column += PackedMatrix::panel) {
    const float x = in[i];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) sum[v] += x * simd::load(column + v * simd::width);
  }
#pragma GCC unroll 8
  for (int v = 0; v < vectors; ++v) simd::store(sums + v * simd::width, sum[v]);
}

template <int height>
GENLOSS_INLINE void tile_of_panel(const Part& part, Rows in, Sums sums, Fetch& fetch) {
  for (int offset = 0; offset < half_panel; offset += simd::width) tile<height>(part, offset, in, sums, fetch);
}

/// Height of the next tile of `rows` rows: as high as the registers allow, and none of two rows (whose few sums wait
/// for each other) where two of four will do.
GENLOSS_INLINE int next_height(int rows) {
  if (rows >= tile_height && !(tile_height == 6 && rows == 8)) return tile_height;
  return rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
}

GENLOSS_INLINE void add_part(const Part& part, Rows in, int rows, Sums sums, Fetch fetch) {
  for (int row = 0; row < rows;) {
    const Rows from{in.at(row), in.stride};
    const Sums to{sums.row(row)};
    const int height = next_height(rows - row);
    if (height == tile_height) {
      tile_of_panel<tile_height>(part, from, to, fetch);
    } else if (height == 4) {
      tile_of_panel<4>(part, from, to, fetch);
    } else if (height == 2) {
      tile_of_panel<2>(part, from, to, fetch);
    } else {
      all_columns(part, from.at(0), to.row(0));
    }
    row += height;
  }
}

GENLOSS_INLINE void multiply_panel(const PackedMatrix& weights, int panel, Rows in, int rows, Rows out,
                                   Epilogue epilogue, FetchNext& next) {
  alignas(64) float waiting[rows_together * PackedMatrix::panel];
  const Sums sums{waiting};
  for (int r = 0; r < rows; ++r) std::copy_n(weights.bias_at(panel), PackedMatrix::panel, sums.row(r));
  const int inputs = weights.inputs(), step = rows == 1 ? inputs : depth;
  for (int begin = 0; begin < inputs; begin += step) {
    const int end = std::min(begin + step, inputs);
    const auto weights_of = [&](int input) {
      return weights.panel_at(panel) + static_cast<std::ptrdiff_t>(input) * PackedMatrix::panel;
    };
    add_part({weights_of(begin), begin, end}, in, rows, sums, Fetch(weights_of(end), rows, next));
  }
  for (int r = 0; r < rows; ++r) {
    for (int offset = 0; offset < half_panel; offset += simd::width) {
      finish(simd::load(sums.row(r) + offset), simd::load(sums.row(r) + offset + half_panel), out.at(r), panel, offset,
             epilogue);
    }
  }
}

void decode_multiply(const PackedMatrix& weights, Rows in, int rows, Rows out, Epilogue epilogue, int first_panel,
                     int end_panel, ReadNext next) {
  const std::ptrdiff_t parts =
      (weights.inputs() + depth - 1) / depth * static_cast<std::ptrdiff_t>(end_panel - first_panel);
  FetchNext fetch(next, std::max<std::ptrdiff_t>(1, parts * fetches_of_part(rows)));
  for (int first = 0; first < rows; first += rows_together) {
    const int count = std::min(rows_together, rows - first);
    for (int panel = first_panel; panel < end_panel; ++panel) {
      multiply_panel(weights, panel, {in.at(first), in.stride}, count, {out.at(first), out.stride}, epilogue, fetch);
    }
  }
}

}  // namespace
}  // namespace genloss::workers::numerics
