#include "workers/kernels/parallel.hpp"

#include <ATen/Parallel.h>

namespace genloss::workers::kernels {

// at::parallel_for would not do: it lives in a header, and is a plain loop where that is compiled without OpenMP. Here
// is the one file that is compiled with it; its threads are those of LibTorch's own operators.
void parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  const auto items = static_cast<std::ptrdiff_t>(count);
  const int threads = at::get_num_threads();
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1 && items > 1)
  for (std::ptrdiff_t i = 0; i < items; ++i) work(static_cast<std::size_t>(i));
}

}  // namespace genloss::workers::kernels
