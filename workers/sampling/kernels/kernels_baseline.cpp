#include <cmath>

#include "workers/sampling/kernels/kernel_table.hpp"
#include "workers/sampling/kernels/kernels.hpp"

namespace genloss::workers {
const Kernels* baseline_kernels() {
  static constexpr Kernels table = kernel_table("baseline");
  return &table;
}
}  // namespace genloss::workers
