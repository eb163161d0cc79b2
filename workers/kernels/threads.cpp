#include "workers/kernels/threads.hpp"

#include <ATen/Parallel.h>

namespace genloss::workers {

void use_threads(int threads) {
  // The other pool, which nothing here uses, may be sized only once per process.
  if (at::get_num_interop_threads() != 1) at::set_num_interop_threads(1);
  at::set_num_threads(threads);
}

}  // namespace genloss::workers
