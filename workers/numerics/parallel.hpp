#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>

namespace genloss::workers::numerics {

/// work(i) for i in [0, count), shared among the threads of use_threads(). What an item computes must not depend on who
/// does it. Inside of work, parallel() is a plain loop.
/// @throws what work threw for the smallest i that failed; items that had begun are finished first
void parallel(std::size_t count, const std::function<void(std::size_t)>& work);

/// How many threads parallel() would share items among, if it were called here.
[[nodiscard]] int threads_to_share() noexcept;

/// work(begin, end) for consecutive ranges of [0, size), of `grain` items each; the last may be shorter.
template <class Work>
void parallel_blocks(std::size_t size, std::size_t grain, const Work& work) {
  parallel((size + grain - 1) / grain,
           [&](std::size_t block) { work(block * grain, std::min(size, (block + 1) * grain)); });
}

/// work(0) ... work(threads - 1), each on a thread of its own, at the same time: they may wait for each other.
/// @throws as parallel()
void run_on_threads(int threads, const std::function<void(int)>& work);

}  // namespace genloss::workers::numerics
