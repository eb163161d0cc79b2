#include <cmath>

#include "workers/numerics/inner/kernel_table.hpp"
#include "workers/numerics/kernels.hpp"

namespace genloss::workers::numerics {

const Kernels& baseline_kernels() {
  static constexpr Kernels table = kernel_table(Instructions::baseline);
  return table;
}

}  // namespace genloss::workers::numerics
