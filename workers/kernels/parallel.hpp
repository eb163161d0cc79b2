#pragma once
#include <ATen/Parallel.h>

#include <cstddef>

namespace genloss::workers::kernels {

/// work(i) for i in [0, count), shared among the threads of at::set_num_threads. What an item computes must not depend
/// on who does it.
template <class Work>
void parallel(std::size_t count, const Work& work) {
  at::parallel_for(0, static_cast<std::int64_t>(count), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) work(static_cast<std::size_t>(i));
  });
}

}  // namespace genloss::workers::kernels
