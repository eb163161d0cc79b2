#include "workers/sampling/thread_team.hpp"

namespace genloss::workers {

ThreadTeam::ThreadTeam(int size) : failures_(static_cast<std::size_t>(size)) {
  for (int number = 1; number < size; ++number) threads_.emplace_back([this, number] { serve(number); });
}

ThreadTeam::~ThreadTeam() {
  leaving_ = true;
  ++turn_;
  turn_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ThreadTeam::run(const std::function<void(int)>& work) {
  work_ = &work;
  busy_ = static_cast<std::uint32_t>(threads_.size());
  ++turn_;
  turn_.notify_all();
  work_guarded(0);
  for (auto busy = busy_.load(); busy != 0; busy = busy_.load()) busy_.wait(busy);
  work_ = nullptr;
  std::exception_ptr first;
  for (auto& failure : failures_) {
    if (!first) first = failure;
    failure = nullptr;
  }
  if (first) std::rethrow_exception(first);
}

void ThreadTeam::serve(int number) {
  for (std::uint32_t seen = 0;; ++seen) {
    turn_.wait(seen);
    if (leaving_) return;
    work_guarded(number);
    if (--busy_ == 0) busy_.notify_one();
  }
}

void ThreadTeam::work_guarded(int number) noexcept {
  try {
    (*work_)(number);
  } catch (...) {
    failures_[static_cast<std::size_t>(number)] = std::current_exception();
  }
}

}  // namespace genloss::workers
