#pragma once
// Drops artefacts beside the work of a job, in a thread of its own: a corpus of many shards takes its time.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "orchestrator/retention/drop.hpp"

namespace genloss::orchestrator {

class Dropping {
 public:
  /// @param self whose runs and attempt these are
  Dropping(std::filesystem::path runs, Claimant self);
  /// What is still waiting is left to the next start.
  ~Dropping();
  Dropping(const Dropping&) = delete;
  Dropping& operator=(const Dropping&) = delete;

  void drop(const Node& node, std::vector<RunPaths> views);
  /// Something new is about to be made. Before the next thing is, all that is waiting now has to be gone: a job that
  /// makes faster than a disk lets go would fill it.
  void mark();
  /// Whether it is.
  [[nodiscard]] bool is_gone();
  /// Waits until all is dropped; meanwhile calls `waiting` now and then.
  void finish(const std::function<void()>& waiting);
  /// What could not be dropped, and why; what was freed. After finish().
  [[nodiscard]] const std::vector<std::string>& complaints() const noexcept { return complaints_; }
  [[nodiscard]] const Freed& freed() const noexcept { return freed_; }

 private:
  void work();

  Drops drops_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<Node, std::vector<RunPaths>>> waiting_;
  std::uint64_t asked_ = 0, done_ = 0, marked_ = 0;  // counts of drop()
  bool ended_ = false;
  Freed freed_;
  std::vector<std::string> complaints_;
  std::thread thread_;
};

}  // namespace genloss::orchestrator
