#include "orchestrator/graph/node_source.hpp"

#include <algorithm>
#include <tuple>

namespace genloss::orchestrator {

NodeSource::NodeSource(const std::vector<Node>& nodes, int chains, NodeEvents events)
    : nodes_(nodes),
      events_(std::move(events)),
      states_(nodes.size(), State::waiting),
      children_(nodes.size()),
      missing_parents_(nodes.size(), 0),
      last_group_(static_cast<std::size_t>(chains), -1),
      left_(static_cast<std::size_t>(chains), 0),
      closed_(static_cast<std::size_t>(chains), false),
      put_back_(nodes.size(), 0),
      open_(nodes.size()) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const int parent : nodes[i].parents)
      children_[static_cast<std::size_t>(parent)].push_back(static_cast<int>(i));
    missing_parents_[i] = static_cast<int>(nodes[i].parents.size());
    if (missing_parents_[i] == 0) set(i, State::ready);
    for (const int chain : nodes[i].chains) ++left_[static_cast<std::size_t>(chain)];
  }
}

void NodeSource::set(std::size_t node, State state) {
  ready_ -= states_[node] == State::ready ? 1 : 0;
  ready_ += state == State::ready ? 1 : 0;
  states_[node] = state;
}

std::uint64_t NodeSource::before(const Node& node) const {
  std::uint64_t most = 0;
  for (const int chain : node.chains) most = std::max(most, left_[static_cast<std::size_t>(chain)]);
  return most;
}

std::optional<std::uint64_t> NodeSource::take(int group) {
  if (ready_ == 0 || !events_.may_grant()) return std::nullopt;  // asked at every heartbeat while a group is idle
  // Least first: put back seldom; its chain is at hand here; nobody has it at hand; most is left behind it; order.
  using Rank = std::tuple<std::uint64_t, int, std::uint64_t, std::size_t>;
  std::optional<std::pair<Rank, std::size_t>> best;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (states_[i] != State::ready) continue;
    int strangeness = 2;
    for (const int chain : nodes_[i].chains) {
      const int last = last_group_[static_cast<std::size_t>(chain)];
      strangeness = std::min(strangeness, last == group ? 0 : last < 0 ? 1 : 2);
    }
    const Rank rank{put_back_[i], strangeness, ~before(nodes_[i]), i};
    if (!best || rank < best->first) best = {rank, i};
  }
  if (!best) return std::nullopt;
  const Node& node = nodes_[best->second];
  set(best->second, State::held);
  last_group_[static_cast<std::size_t>(node.chains.front())] = group;
  events_.granted(node);
  return best->second;
}

void NodeSource::put_back(std::uint64_t node) {
  set(node, State::ready);
  ++put_back_[node];
}

void NodeSource::done(std::uint64_t item, int group, const ItemEnd& end) {
  const Node& node = nodes_[item];
  if (end.kind == ItemEnd::Kind::closed) {
    events_.ended(node, end);
    set(item, State::closed);
    --open_;
    for (const int chain : node.chains) close_chain(chain);
    return;
  }
  set(item, State::done);
  --open_;
  for (const int chain : node.chains) --left_[static_cast<std::size_t>(chain)];
  last_group_[static_cast<std::size_t>(node.chains.front())] = group;
  for (const int child : children_[item]) {
    const auto c = static_cast<std::size_t>(child);
    if (--missing_parents_[c] == 0 && states_[c] == State::waiting) set(c, State::ready);
  }
  events_.ended(node, end);
}

bool NodeSource::needed(const Node& node) const {
  return std::any_of(node.chains.begin(), node.chains.end(),
                     [&](int chain) { return !closed_[static_cast<std::size_t>(chain)]; });
}

void NodeSource::close_chain(int chain) {
  closed_[static_cast<std::size_t>(chain)] = true;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const bool open = states_[i] == State::waiting || states_[i] == State::ready;
    if (!open || needed(nodes_[i])) continue;
    set(i, State::closed);
    --open_;
  }
  // Chains that read what it would have written end too.
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (states_[i] != State::waiting) continue;
    const auto& parents = nodes_[i].parents;
    const bool orphan = std::any_of(parents.begin(), parents.end(), [&](int parent) {
      return states_[static_cast<std::size_t>(parent)] == State::closed;
    });
    if (!orphan) continue;
    for (const int reader : nodes_[i].chains) {
      if (!closed_[static_cast<std::size_t>(reader)]) close_chain(reader);
    }
  }
}

std::vector<int> NodeSource::closed() const {
  std::vector<int> chains;
  for (std::size_t chain = 0; chain < closed_.size(); ++chain) {
    if (closed_[chain]) chains.push_back(static_cast<int>(chain));
  }
  return chains;
}

}  // namespace genloss::orchestrator
