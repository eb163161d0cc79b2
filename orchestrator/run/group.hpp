#pragma once
// A group of ranks: makes nodes of any chain together, one at a time.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "jobs/chains.hpp"
#include "orchestrator/graph/graph.hpp"
#include "orchestrator/run/human_texts.hpp"
#include "orchestrator/run/maker.hpp"
#include "workers/accelerator/accelerator.hpp"

namespace genloss::orchestrator {

struct GroupContext {
  const std::vector<jobs::Chain>& chains;
  const std::vector<Node>& nodes;
  const std::vector<bool>& stay_dropped;  ///< of each node; the same on all ranks
  comms::Communicator& ranks;             ///< of the group
  workers::Accelerator* accelerator;      ///< null: models are trained on the host's cores
  Console& console;                       ///< of the job; speaks in one group
  const HumanTexts& texts;
  RunPaths run;
  ProgramStart start;
  std::string attempt;
  TimeBudget& budget;
  double deadline_seconds;  ///< silence of a rank after which it counts as missing
  std::function<void(const std::string&)> log;
};

/// The root of a group is granted nodes; the others follow it. Holds one chain at a time.
class Group {
 public:
  /// @param family of the first chain, which was read to name the study
  Group(GroupContext context, std::unique_ptr<workers::Family> family);

  /// Root: makes a node on all ranks of the group. A chain that cannot go on is closed if there are others.
  [[nodiscard]] ItemEnd make(std::uint64_t node, const workers::Heartbeat& beat);
  /// Root, while it has nothing to do: shows the others that it lives.
  void wait();
  /// Root: the others may leave follow().
  void dismiss();
  /// The others: does what the root does, until it dismisses them.
  void follow();
  /// Work comes to a place where it can be resumed.
  void stop() noexcept { stop_ = true; }

  [[nodiscard]] const PhaseTimes& times() const noexcept { return times_; }
  /// Seconds in which the group made something.
  [[nodiscard]] double busy_seconds() const noexcept { return busy_seconds_; }
  [[nodiscard]] int generation() const noexcept { return generation_; }

 private:
  [[nodiscard]] ItemEnd make_together(std::uint64_t node);
  void take_up(int chain);
  /// Root: the study of a chain that reads the data of the family at hand, in the chain's folder.
  void describe_chain(int chain);
  [[nodiscard]] RunPaths folder(int chain) const;

  GroupContext context_;
  int chain_ = 0;
  std::unique_ptr<Claims> claims_;  // root
  std::unique_ptr<workers::Family> family_;
  std::unique_ptr<Maker> maker_;
  workers::Heartbeat beat_ = [](std::uint64_t) {};
  bool stop_ = false;
  PhaseTimes times_;
  double busy_seconds_ = 0, told_at_ = 0;
  int generation_ = 0;
};

}  // namespace genloss::orchestrator
