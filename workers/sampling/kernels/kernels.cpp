#include "workers/sampling/kernels/kernels.hpp"

namespace genloss::workers {
namespace {

const Kernels& choose() {
#if defined(__x86_64__)
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  if (avx512 && avx512_kernels() != nullptr) return *avx512_kernels();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  if (avx2 && avx2_kernels() != nullptr) return *avx2_kernels();
#endif
  return *baseline_kernels();
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace genloss::workers
