#include "workers/numerics/threads.hpp"

#include <ATen/Parallel.h>

#include <atomic>

namespace genloss::workers::numerics {
namespace {
std::atomic<int> in_use = 1;
}

void use_threads(int threads) {
  // The other pool, which nothing here uses, may be sized only once per process.
  if (at::get_num_interop_threads() != 1) at::set_num_interop_threads(1);
  at::set_num_threads(threads);
  in_use = threads;
}

int threads_in_use() noexcept { return in_use; }

}  // namespace genloss::workers::numerics
