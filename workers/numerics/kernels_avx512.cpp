#include "workers/numerics/kernels.hpp"

// Headers of others come first: what is included below the pragma is compiled for AVX-512 and must not be shared.
#include <cmath>
#include <utility>

#if defined(__x86_64__) && !defined(__clang__)
#define GENLOSS_FLOATS_PER_VECTOR 16
#pragma GCC target("arch=x86-64-v4")
#include "workers/numerics/inner/kernel_table.hpp"
namespace genloss::workers::numerics {
const Kernels& avx512_kernels() {
  static constexpr Kernels table = kernel_table(Instructions::avx512);
  return table;
}
}  // namespace genloss::workers::numerics
#else
namespace genloss::workers::numerics {
const Kernels& avx512_kernels() { return baseline_kernels(); }
}  // namespace genloss::workers::numerics
#endif
