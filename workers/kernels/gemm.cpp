#include "workers/kernels/gemm.hpp"

#include <ATen/native/CPUBlas.h>

#include <array>
#include <bit>

#include "workers/kernels/elementwise.hpp"
#include "workers/kernels/transpose.hpp"

extern "C" void sgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k,
                       const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
                       const float* beta, float* c, const int* ldc);

namespace genloss::workers::kernels {
namespace {

bool has_micro_kernel() {
#if defined(__x86_64__)
  static const bool yes = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  return yes;
#else
  return false;
#endif
}

/// BLAS counts columns first: row-major c = a b is its c^T = b^T a^T.
void multiply_by_blas(const ConstMatrix& a, const ConstMatrix& b, const Matrix& c, bool add) {
  const int m = static_cast<int>(b.columns), n = static_cast<int>(a.rows), k = static_cast<int>(a.columns);
  const int ldb = static_cast<int>(b.stride), lda = static_cast<int>(a.stride), ldc = static_cast<int>(c.stride);
  const float one = 1, beta = add ? 1.0F : 0.0F;
  sgemm_("N", "N", &m, &n, &k, &one, b.data, &ldb, a.data, &lda, &beta, c.data, &ldc);
}

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
  if (!has_micro_kernel()) return multiply_by_blas(a, b, c, add);
  const auto n = [](std::size_t value) { return static_cast<std::int64_t>(value); };
  at::native::cpublas::brgemm(n(c.rows), n(c.columns), n(a.columns), n(a.stride), n(b.stride), n(c.stride), add, a.data,
                              b.data, c.data, /*is_vnni=*/false);
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

}  // namespace genloss::workers::kernels
