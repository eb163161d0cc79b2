#include "workers/numerics/parallel.hpp"

#include <omp.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <string>

#include "jobs/error.hpp"
#include "workers/numerics/threads.hpp"

namespace genloss::workers::numerics {
namespace {

/// An exception must not leave an OpenMP region: that would end the process. It is kept here until the region is over.
class Failures {
 public:
  [[nodiscard]] bool any() const noexcept { return failed_.load(std::memory_order_relaxed); }
  template <class Work>
  void guard(std::size_t item, const Work& work) noexcept {
    try {
      work();
    } catch (...) {
      failed_.store(true, std::memory_order_relaxed);
      const std::lock_guard lock(mutex_);
      if (error_ && first_ < item) return;
      first_ = item;
      error_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  std::size_t first_ = 0;
  std::exception_ptr error_;
};

}  // namespace

int threads_to_share() noexcept { return omp_in_parallel() != 0 ? 1 : threads_in_use(); }

void parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  const int threads = threads_to_share();
  if (threads == 1 || count <= 1) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  const auto items = static_cast<std::ptrdiff_t>(count);
  Failures failures;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (std::ptrdiff_t i = 0; i < items; ++i) {
    const auto item = static_cast<std::size_t>(i);
    if (!failures.any()) failures.guard(item, [&] { work(item); });
  }
  failures.rethrow();
}

void run_on_threads(int threads, const std::function<void(int)>& work) {
  if (threads == 1) return work(0);
  Failures failures;
  bool enough = true;
#pragma omp parallel num_threads(threads)
  {
    if (omp_get_num_threads() == threads) {
      const int mine = omp_get_thread_num();
      failures.guard(static_cast<std::size_t>(mine), [&] { work(mine); });
    } else {
#pragma omp single
      enough = false;
    }
  }
  failures.rethrow();
  if (!enough) {
    throw Error(ExitCode::missing_resource, "start threads", std::to_string(threads), "the system gives fewer",
                "lower runtime.threads");
  }
}

}  // namespace genloss::workers::numerics
