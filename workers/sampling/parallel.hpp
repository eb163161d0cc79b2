#pragma once
#include <functional>

namespace genloss::workers {

/// Calls work(0) here and work(1) ... work(threads - 1) each on a thread of its own; returns when all have returned.
/// Rethrows the failure with the lowest number.
void run_on_threads(int threads, const std::function<void(int)>& work);

}  // namespace genloss::workers
