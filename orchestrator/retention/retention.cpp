#include "orchestrator/retention/retention.hpp"

#include <map>
#include <string>

namespace genloss::orchestrator {

bool is_large(NodeKind kind) noexcept {
  return kind == NodeKind::model || kind == NodeKind::corpus || kind == NodeKind::columns;
}

std::vector<bool> kept_nodes(const std::vector<jobs::Chain>& chains, const std::vector<Node>& nodes, jobs::Keep keep) {
  std::vector<bool> kept(nodes.size(), keep == jobs::Keep::all);
  if (keep != jobs::Keep::mixes) return kept;
  // The study with one more generation: what that reads of those before.
  std::map<std::string, std::size_t> by_key;
  for (std::size_t i = 0; i < nodes.size(); ++i) by_key.emplace(nodes[i].key.text(), i);
  std::vector<jobs::Chain> longer = chains;
  for (jobs::Chain& chain : longer) ++chain.spec.study.generations;
  const std::vector<Node> more = graph_of(longer);
  for (const Node& node : more) {
    if (by_key.count(node.key.text()) > 0) continue;
    for (const int read : node.reads) {
      const auto place = by_key.find(more[static_cast<std::size_t>(read)].key.text());
      if (place != by_key.end()) kept[place->second] = true;
    }
  }
  return kept;
}

Retention::Retention(const std::vector<Node>& nodes, const std::vector<Presence>& presence, std::vector<bool> kept)
    : nodes_(nodes),
      presence_(presence),
      kept_(std::move(kept)),
      to_make_(nodes.size(), false),
      ended_(nodes.size(), false),
      readers_(nodes.size(), 0) {
  for (std::size_t i = nodes.size(); i-- > 0;) {  // children before their parents
    to_make_[i] =
        presence_[i] == Presence::absent || (presence_[i] == Presence::dropped && (kept_[i] || readers_[i] > 0));
    if (!to_make_[i]) continue;
    for (const int read : nodes[i].reads) ++readers_[static_cast<std::size_t>(read)];
  }
}

bool Retention::stays_dropped(std::size_t node) const {
  return presence_[node] == Presence::dropped && !to_make_[node];
}

bool Retention::may_go(std::size_t node) const {
  return is_large(nodes_[node].kind) && !kept_[node] && readers_[node] == 0 && (ended_[node] || !to_make_[node]);
}

std::vector<std::size_t> Retention::ended(std::size_t node) {
  if (ended_[node]) return {};
  ended_[node] = true;
  std::vector<std::size_t> going;
  if (may_go(node)) going.push_back(node);
  if (!to_make_[node]) return going;
  for (const int read : nodes_[node].reads) {
    const auto r = static_cast<std::size_t>(read);
    // A reader comes after what it reads, so that has ended too; if it has not, it is of another job's part.
    if (--readers_[r] == 0 && ended_[r] && may_go(r)) going.push_back(r);
  }
  return going;
}

}  // namespace genloss::orchestrator
