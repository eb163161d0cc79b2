#pragma once
// What it costs that nothing is trusted: time in checksums, digests and fsync.

#include <chrono>

namespace genloss::storage {

/// Seconds that all threads of this process have spent inside IntegrityTimers so far; those that ran beside other work
/// count in full.
[[nodiscard]] double integrity_seconds() noexcept;

/// Counts the time of its life; one inside another of the same thread counts once.
class IntegrityTimer {
 public:
  IntegrityTimer() noexcept;
  ~IntegrityTimer();
  IntegrityTimer(const IntegrityTimer&) = delete;
  IntegrityTimer& operator=(const IntegrityTimer&) = delete;

 private:
  bool outermost_;
  std::chrono::steady_clock::time_point begin_{};
};

}  // namespace genloss::storage
