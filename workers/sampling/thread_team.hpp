#pragma once
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace genloss::workers {

/// A fixed number of threads that do one thing together again and again. Waiting threads sleep: ranks share cores.
class ThreadTeam {
 public:
  /// @param size threads, the caller's included; >= 1
  explicit ThreadTeam(int size);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  [[nodiscard]] int size() const noexcept { return static_cast<int>(threads_.size()) + 1; }
  /// Calls work(0) here and work(1) ... work(size - 1) on the other threads; returns when all have returned.
  /// Rethrows the failure of the lowest number.
  void run(const std::function<void(int)>& work);

 private:
  void serve(int number);
  void work_guarded(int number) noexcept;

  const std::function<void(int)>* work_ = nullptr;
  std::vector<std::exception_ptr> failures_;
  std::atomic<std::uint32_t> turn_{0}, busy_{0};
  std::atomic<bool> leaving_{false};
  std::vector<std::thread> threads_;
};

}  // namespace genloss::workers
