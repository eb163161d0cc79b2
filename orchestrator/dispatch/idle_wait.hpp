#pragma once
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace genloss::orchestrator {

/// Waiting for a message without eating the core that its sender may need: gives way to others at first, because an
/// answer is microseconds away when the other side is awake; then naps, ever longer, up to a millisecond.
class IdleWait {
 public:
  void reset() noexcept { waiting_ = false; }
  void wait() {
    using Clock = std::chrono::steady_clock;
    using std::chrono::microseconds;
    if (!waiting_) {
      waiting_ = true;
      since_ = Clock::now();
    }
    const Clock::duration waited = Clock::now() - since_;
    if (waited < awake) {
      ::sched_yield();
    } else {
      std::this_thread::sleep_for(std::clamp<Clock::duration>(waited / 16, microseconds(50), microseconds(1000)));
    }
  }

 private:
  static constexpr auto awake = std::chrono::microseconds(500);
  bool waiting_ = false;
  std::chrono::steady_clock::time_point since_;
};

}  // namespace genloss::orchestrator
