#pragma once
// What a rank and the coordinator say to each other during a pass. Plain data: it travels as bytes.

#include <cstdint>

#include "storage/files/digest.hpp"

namespace genloss::orchestrator {

/// How an item ended.
struct ItemEnd {
  enum class Kind : std::uint32_t {
    done,
    closed,   ///< it cannot be done, and nothing that needs it; what does not need it goes on
    later,    ///< somebody outside this job is at it: it was not begun
    stopped,  ///< the worker was asked to stop before it was done
  };
  Kind kind = Kind::done;
  storage::Digest made{};  ///< of what was made; zero: it has none
};

/// Worker to coordinator.
struct Request {
  enum class Kind : std::uint32_t {
    want,       ///< an item, please
    complete,   ///< `item` has come to its `end`; and another one, please
    alive,      ///< still working
    unstarted,  ///< `item` is given back (stopped)
    failed,     ///< my work threw; the error itself is agreed on at the end of the pass
    stop,       ///< I was asked to stop (a signal)
  };
  Kind kind = Kind::want;
  std::uint32_t pass = 0;  ///< number of the pass, so that a late message of an earlier one is not mistaken
  std::uint64_t item = 0;
  ItemEnd end{};
};

/// Coordinator to worker.
struct Reply {
  enum class Kind : std::uint32_t {
    item,    ///< work on `item`
    wait,    ///< nothing now, keep waiting (sent now and then as a sign of life)
    finish,  ///< the pass is over
    stop,    ///< bring what you are at to a place where it can be resumed
    lost,    ///< the pass is given up: a rank is missing, as the coordinator tells
  };
  Kind kind = Kind::wait;
  std::uint32_t pass = 0;
  std::uint64_t item = 0;
};

inline constexpr int request_tag = 101;
inline constexpr int reply_tag = 102;

}  // namespace genloss::orchestrator
