#pragma once

#include <cstddef>
#include <functional>

namespace genloss::workers::kernels {

/// work(i) for i in [0, count), shared among the threads of use_threads(). What an item computes must not depend on who
/// does it.
void parallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace genloss::workers::kernels
