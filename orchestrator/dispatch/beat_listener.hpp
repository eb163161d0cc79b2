#pragma once
// Hears the beats of a thread (jobs/heartbeat.hpp).

#include <functional>

#include "jobs/heartbeat.hpp"

namespace genloss::orchestrator {

/// While it lives, `hear` is called at each beat of this thread, after whoever listened before. It must not throw.
class BeatListener {
 public:
  explicit BeatListener(std::function<void()> hear)
      : before_(beat_listener), listener_([this, hear = std::move(hear)] {
          if (before_ != nullptr) (*before_)();
          hear();
        }) {
    beat_listener = &listener_;
  }
  ~BeatListener() { beat_listener = before_; }
  BeatListener(const BeatListener&) = delete;
  BeatListener& operator=(const BeatListener&) = delete;

 private:
  const std::function<void()>* before_;
  const std::function<void()> listener_;
};

}  // namespace genloss::orchestrator
