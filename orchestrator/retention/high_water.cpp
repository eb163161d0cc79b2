#include "orchestrator/retention/high_water.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "orchestrator/graph/node_source.hpp"

namespace genloss::orchestrator {

std::uint64_t high_water(const std::vector<Node>& nodes, const std::vector<Presence>& presence,
                         const std::vector<bool>& kept, int chains, int groups,
                         const std::function<NodeBytes(const Node&)>& bytes) {
  Retention retention(nodes, presence, kept);
  NodeSource source(nodes, chains, {});
  std::vector<std::optional<std::uint64_t>> held(static_cast<std::size_t>(groups));
  std::vector<std::size_t> going, last;  // what may go; what has to be gone before the next node begins
  std::int64_t now = 0, most = 0;
  while (!source.exhausted()) {
    for (int group = 0; group < groups; ++group) {
      auto& mine = held[static_cast<std::size_t>(group)];
      if (mine) {
        source.done(*mine, group, {});
        if (retention.has_to_be_made(*mine)) now -= static_cast<std::int64_t>(bytes(nodes[*mine]).working);
        const auto more = retention.ended(*mine);
        going.insert(going.end(), more.begin(), more.end());
      }
      mine = source.take(group);
      if (!mine) continue;
      for (const std::size_t node : last) {
        const bool was_there = presence[node] == Presence::sealed || retention.has_to_be_made(node);
        if (was_there) now -= static_cast<std::int64_t>(bytes(nodes[node]).lasting);
      }
      last = std::exchange(going, {});
      if (!retention.has_to_be_made(*mine)) continue;
      const NodeBytes made = bytes(nodes[*mine]);
      now += static_cast<std::int64_t>(made.lasting + made.working);
      most = std::max(most, now);
    }
  }
  return static_cast<std::uint64_t>(most);
}

}  // namespace genloss::orchestrator
