#include "workers/numerics/gemm.hpp"

#include <libxsmm.h>

#include <algorithm>
#include <array>

#include "workers/numerics/elementwise.hpp"
#include "workers/numerics/kernels.hpp"
#include "workers/numerics/transpose.hpp"

namespace genloss::workers::numerics {
namespace {

/// Lets LIBXSMM compile for the instruction set of everything else, not for the best that it knows.
/// @return whether there are compiled tiles
bool prepare_tiles() {
  switch (instructions()) {
    case Instructions::avx512:
      libxsmm_set_target_arch("skx");
      return true;
    case Instructions::avx2:
      libxsmm_set_target_arch("hsw");
      return true;
    case Instructions::baseline:
      break;
  }
  return false;
}

/// A compiled product of a fixed shape; null if LIBXSMM has none. It counts columns first: row-major c = a b is its
/// c^T = b^T a^T.
libxsmm_smmfunction compiled(const ConstMatrix& a, const ConstMatrix& b, const Matrix& c, bool add) {
  const auto n = [](std::size_t value) { return static_cast<libxsmm_blasint>(value); };
  const libxsmm_blasint lda = n(b.stride), ldb = n(a.stride), ldc = n(c.stride);
  const float one = 1, beta = add ? 1.0F : 0.0F;
  const int flags = LIBXSMM_GEMM_FLAG_NONE;
  return libxsmm_smmdispatch(n(c.columns), n(c.rows), n(a.columns), &lda, &ldb, &ldc, &one, &beta, &flags, nullptr);
}

/// So much of the inner dimension at a time: the panel of b stays in the first cache.
constexpr std::size_t depth = 128;

constexpr std::size_t block = 64;
using Block = std::array<float, block * block>;

/// Adds up numbered parts by the binary tree of comms::LaneReduction, like a binary counter: after part s, as many
/// sums are merged as s has trailing ones.
class TreeOfBlocks {
 public:
  /// Where the next part has to be computed.
  [[nodiscard]] float* next() { return sums_[depth_].data(); }
  void merge(std::size_t part, std::size_t count) {
    for (++depth_; part % 2 == 1; part /= 2) {
      --depth_;
      add(sums_[depth_ - 1].data(), sums_[depth_].data(), count);
    }
  }
  [[nodiscard]] const float* total() const { return sums_[0].data(); }

 private:
  std::array<Block, 8> sums_;
  std::size_t depth_ = 0;
};

}  // namespace

void multiply_tile(const ConstMatrix& a, const ConstMatrix& b, const Matrix& c, bool add) {
  static const bool tiles = prepare_tiles();
  for (std::size_t k = 0; k < a.columns; k += depth) {
    const std::size_t inner = std::min(depth, a.columns - k);
    const ConstMatrix left = a.block(0, a.rows, k, inner), right = b.block(k, inner, 0, b.columns);
    const bool more = add || k > 0;
    const auto tile = tiles ? compiled(left, right, c, more) : nullptr;
    if (tile != nullptr) {
      tile(right.data, left.data, c.data);
    } else {
      kernels().multiply_plainly(left, right, c, more);
    }
  }
}

void multiply_transposed(const ConstMatrix& a, const ConstMatrix& b, const Matrix& out, std::size_t segment, bool add,
                         std::span<float> packed) {
  // The narrower factor is the one to be turned; if that is b, the product comes out turned.
  const bool turned = b.columns < a.columns;
  const ConstMatrix& left = turned ? b : a;
  const ConstMatrix& right = turned ? a : b;
  const Matrix upright = matrix(packed.data(), left.columns, left.rows);
  transpose(left, upright);

  const std::size_t across = (right.columns + block - 1) / block, down = (left.columns + block - 1) / block;
  parallel(down * across, [&](std::size_t tile) {
    const std::size_t row = tile / across * block, rows = std::min(block, left.columns - row);
    const std::size_t column = tile % across * block, columns = std::min(block, right.columns - column);
    TreeOfBlocks tree;
    for (std::size_t s = 0; s * segment < left.rows; ++s) {
      multiply_tile(upright.block(row, rows, s * segment, segment), right.block(s * segment, segment, column, columns),
                    matrix(tree.next(), rows, columns), false);
      tree.merge(s, rows * columns);
    }
    const ConstMatrix sum = matrix(tree.total(), rows, columns);
    if (turned) {
      put_transposed(sum, out.block(column, columns, row, rows), add);
    } else {
      put(sum, out.block(row, rows, column, columns), add);
    }
  });
}

}  // namespace genloss::workers::numerics
