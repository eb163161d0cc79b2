#include "workers/sampling/parallel.hpp"

#include <exception>
#include <thread>
#include <vector>

namespace genloss::workers {

void run_on_threads(int threads, const std::function<void(int)>& work) {
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(threads));
  const auto guarded = [&](int number) noexcept {
    try {
      work(number);
    } catch (...) {
      failures[static_cast<std::size_t>(number)] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (int number = 1; number < threads; ++number) others.emplace_back(guarded, number);
    guarded(0);
  }
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace genloss::workers
