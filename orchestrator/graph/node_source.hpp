#pragma once
// The nodes of a graph as items to be granted: which are ready, and to whom they are best given.

#include <functional>
#include <optional>
#include <vector>

#include "orchestrator/dispatch/grant_table.hpp"
#include "orchestrator/graph/graph.hpp"

namespace genloss::orchestrator {

/// What the coordinator does when a node is granted or has come to its end.
struct NodeEvents {
  /// Asked before a node is granted: false holds all of them back for a while.
  std::function<bool()> may_grant = [] { return true; };
  std::function<void(const Node&)> granted = [](const Node&) {};
  std::function<void(const Node&, const ItemEnd&)> ended = [](const Node&, const ItemEnd&) {};
};

/// A node is ready when its parents are done. It goes first to the group of ranks that made its last parent, which has
/// the chain at hand; a group without such a node begins, or helps, the chain that has most before it. Within a chain
/// the order is that of the graph. Clockless: what is to be done later is offered again after all else.
class NodeSource final : public ItemSource {
 public:
  NodeSource(const std::vector<Node>& nodes, int chains, NodeEvents events);

  [[nodiscard]] std::optional<std::uint64_t> take(int group) override;
  void put_back(std::uint64_t node) override;
  void done(std::uint64_t node, int group, const ItemEnd& end) override;
  [[nodiscard]] std::uint64_t items() const noexcept override { return nodes_.size(); }
  [[nodiscard]] std::uint64_t ready() const noexcept override { return ready_; }
  [[nodiscard]] bool exhausted() const noexcept override { return open_ == 0; }

  /// Chains that came to an end before their last generation.
  [[nodiscard]] std::vector<int> closed() const;

 private:
  enum class State { waiting, ready, held, done, closed };
  [[nodiscard]] bool needed(const Node& node) const;
  void close_chain(int chain);
  void set(std::size_t node, State state);
  /// Nodes of a chain that are not done.
  [[nodiscard]] std::uint64_t before(const Node& node) const;

  const std::vector<Node>& nodes_;
  NodeEvents events_;
  std::vector<State> states_;
  std::vector<std::vector<int>> children_;
  std::vector<int> missing_parents_;
  std::vector<int> last_group_;      // that worked for a chain; -1: none
  std::vector<std::uint64_t> left_;  // nodes of a chain that are not done
  std::vector<bool> closed_;
  std::vector<std::uint64_t> put_back_;  // how often; a node that was put back comes after others
  std::uint64_t ready_ = 0;              // nodes in that state
  std::uint64_t open_ = 0;               // nodes that are neither done nor closed
};

}  // namespace genloss::orchestrator
