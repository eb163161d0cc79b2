#pragma once
// Into how many groups the ranks of a job are divided: chains side by side, or one chain after another on more ranks.

#include <functional>
#include <vector>

#include "jobs/chains.hpp"
#include "orchestrator/graph/graph.hpp"

namespace genloss::orchestrator {

/// Groups of consecutive ranks whose sizes differ by one at most.
struct GroupLayout {
  int groups = 1;
  /// Group of `rank` of `ranks`.
  [[nodiscard]] int of(int rank, int ranks) const { return static_cast<int>((std::int64_t{rank} * groups) / ranks); }
  /// Ranks of `group` of `ranks`.
  [[nodiscard]] int size(int group, int ranks) const;
};

/// Seconds of one rank that a node takes, roughly, from the study alone: good enough to compare layouts (`genloss plan`
/// measures). What depends on data that nobody has read yet (epochs of human text) counts as one corpus.
[[nodiscard]] double work_of(const Node& node, const std::vector<jobs::Chain>& chains);

/// Plays the graph on `layout`, by the rule by which groups are granted nodes. @return seconds until the last group is
/// done
[[nodiscard]] double played(const std::vector<Node>& nodes, const std::vector<jobs::Chain>& chains, int ranks,
                            GroupLayout layout);

/// Of powers of two and one group a chain the layout with which the graph is done soonest; of equal ones that with most
/// groups, whose ranks need each other least. With GPUs all ranks are one group: ranks find their GPU, and see that it
/// is theirs alone, among the ranks that train together. No digest depends on it.
[[nodiscard]] GroupLayout groups_for(const std::vector<Node>& nodes, const std::vector<jobs::Chain>& chains, int ranks);

}  // namespace genloss::orchestrator
