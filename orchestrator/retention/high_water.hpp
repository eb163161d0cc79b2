#pragma once
// The most that a job has on disk at any moment, with what runtime.keep lets go.

#include <cstdint>
#include <functional>
#include <vector>

#include "orchestrator/graph/graph.hpp"
#include "orchestrator/retention/retention.hpp"

namespace genloss::orchestrator {

struct NodeBytes {
  std::uint64_t lasting = 0;  ///< of the artefact
  std::uint64_t working = 0;  ///< on top, while it is made: checkpoints
};

/// Plays a job on paper: `groups` of ranks take nodes as those of a real one do, each node takes as long as any other,
/// and what may go is gone before the second node after that begins (Dropping::mark).
/// @return bytes on top of what is there before
[[nodiscard]] std::uint64_t high_water(const std::vector<Node>& nodes, const std::vector<Presence>& presence,
                                       const std::vector<bool>& kept, int chains, int groups,
                                       const std::function<NodeBytes(const Node&)>& bytes);

}  // namespace genloss::orchestrator
