#include "workers/sampling/kernels/kernels.hpp"

// Headers of others come first: what is included below the pragma is compiled for AVX2 and must not be shared.
#include <cmath>

#include "workers/sampling/kv_cache.hpp"

#if defined(__x86_64__) && !defined(__clang__)
#define GENLOSS_FLOATS_PER_VECTOR 8
#pragma GCC target("arch=x86-64-v3")
#include "workers/sampling/kernels/kernel_table.hpp"
namespace genloss::workers {
const Kernels* avx2_kernels() {
  static constexpr Kernels table = kernel_table("AVX2");
  return &table;
}
}  // namespace genloss::workers
#else
namespace genloss::workers {
const Kernels* avx2_kernels() { return nullptr; }
}  // namespace genloss::workers
#endif
