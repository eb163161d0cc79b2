#include "workers/numerics/numerics_key.hpp"

#include <torch/version.h>
#include <unistd.h>

#include <array>

namespace genloss::workers::numerics {
namespace {

/// glibc chooses between two forms of exp, log, pow, sin and cos when it is loaded.
std::string libm() {
  std::array<char, 64> version{};
  (void)::confstr(_CS_GNU_LIBC_VERSION, version.data(), version.size());  // "glibc 2.36"
  std::string text = version.data();
#if defined(__x86_64__)
  if (__builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2")) text += " with FMA";
#endif
  return text;
}

}  // namespace

std::string NumericsKey::text() const {
  return std::string(name_of(instructions)) + ", " + libm + ", LibTorch " + torch + (gpu.empty() ? "" : ", " + gpu) +
         ", numerics " + std::to_string(version);
}

NumericsKey best_key(std::string gpu) {
  return {runnable_instructions().back(), libm(), TORCH_VERSION, std::move(gpu), numerics_version};
}

}  // namespace genloss::workers::numerics
