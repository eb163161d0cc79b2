#pragma once
// Signs of life of whoever works for long while other ranks wait: busy is not missing. Like error.hpp, for every room.

#include <atomic>
#include <functional>

namespace genloss {

/// What a beat does; comms/ sets it while there are ranks to be answered.
using BeatHook = void (*)(const char* doing) noexcept;
inline std::atomic<BeatHook> beat_hook{nullptr};

/// What else hears the beats of a thread; null: nothing. It is called often, and must not throw.
inline thread_local const std::function<void()>* beat_listener = nullptr;

/// To be called again and again in work that may take more than a few seconds: cheap, never fails, never waits, and
/// does nothing on other threads than the one that talks to the ranks. A rank that was not heard of for
/// runtime.deadline_seconds counts as missing. @param doing in words, for those who wait: "hash files"
inline void beat(const char* doing) noexcept {
  if (const BeatHook hook = beat_hook.load(std::memory_order_relaxed); hook != nullptr) hook(doing);
  if (beat_listener != nullptr) (*beat_listener)();
}

}  // namespace genloss
