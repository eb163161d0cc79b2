#include "workers/numerics/kernels.hpp"

namespace genloss::workers::numerics {

const Kernels& kernels_of(Instructions set) {
  switch (set) {
    case Instructions::avx512:
      return avx512_kernels();
    case Instructions::avx2:
      return avx2_kernels();
    case Instructions::baseline:
      break;
  }
  return baseline_kernels();
}

const Kernels& kernels() {
  static const Kernels& chosen = kernels_of(instructions());
  return chosen;
}

}  // namespace genloss::workers::numerics
