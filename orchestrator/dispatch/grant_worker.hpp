#pragma once
// What a rank other than 0 decides during a pass, without messages and without a clock: the same code works for real
// ranks and for simulated ones.

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "orchestrator/dispatch/grant_messages.hpp"

namespace genloss::orchestrator {

/// Asks, holds what it is granted, reports. Holds the item it works on and the next, so that it never waits for a
/// grant; more of them where items are so short that the message would take longer.
class GrantWorker {
 public:
  using Tell = std::function<void(const Request&)>;

  /// @param ahead_of_time whether it may hold its next item while it works @param tell gets every request, in order
  GrantWorker(std::uint32_t pass, bool ahead_of_time, Tell tell);

  /// The first requests.
  void begin();
  /// @return whether it is told to stop: what is at work should come to a place where it can be resumed
  bool heard(const Reply& reply);
  /// The item to work on next, if it holds one. @param now seconds on any one clock
  [[nodiscard]] std::optional<std::uint64_t> next(double now);
  /// The item that next() gave has come to an end.
  void ended(const ItemEnd& end);
  /// The work on it threw: everything is handed back, nothing more is asked for.
  void failed();
  /// It was asked to stop (a signal).
  void stop();
  /// It has worked, and is about to wait for its next item.
  void about_to_wait(double now);
  /// It works, and has not been heard of for a while.
  void alive() { say(Request::Kind::alive); }

  /// The coordinator has given the pass up.
  [[nodiscard]] bool lost() const noexcept { return lost_; }
  [[nodiscard]] bool holds_items() const noexcept { return !items_.empty(); }
  /// The pass is over, and it holds nothing.
  [[nodiscard]] bool finished() const noexcept { return dismissed_ && items_.empty(); }

 private:
  void say(Request::Kind kind, std::uint64_t item = 0, const ItemEnd& end = {}) { tell_({kind, pass_, item, end}); }
  void give_back(std::uint64_t item);

  std::uint32_t pass_;
  bool ahead_of_time_;
  Tell tell_;
  std::deque<std::uint64_t> items_;
  std::uint64_t item_ = 0;  // at work
  double began_ = 0;
  int ahead_ = 2;  // requests in flight and items in hand
  bool dismissed_ = false, stopping_ = false, lost_ = false;
};

}  // namespace genloss::orchestrator
