#pragma once
// Which models and corpora the nodes of a study still need, and which may go (runtime.keep).

#include <cstddef>
#include <vector>

#include "jobs/chains.hpp"
#include "orchestrator/graph/graph.hpp"

namespace genloss::orchestrator {

/// What there is of a node's artefact.
enum class Presence { absent, sealed, dropped };

/// Models, corpora and their columns: what is dropped. The rest is small (mixes, measures, the tokenizer), or is the
/// human text.
[[nodiscard]] bool is_large(NodeKind kind) noexcept;

/// Of each node, whether its artefact stays when the study is complete: all; or what the next generation, if there
/// were one, would read; or none.
[[nodiscard]] std::vector<bool> kept_nodes(const std::vector<jobs::Chain>& chains, const std::vector<Node>& nodes,
                                           jobs::Keep keep);

/// Counts for each large artefact the nodes that have yet to read it. Clockless; nothing here touches the disk.
class Retention {
 public:
  /// What is absent has to be made; what was dropped, only if it is to stay or something that has to be made reads it.
  /// @param nodes outlive this. @param presence, kept one for each of them
  Retention(const std::vector<Node>& nodes, const std::vector<Presence>& presence, std::vector<bool> kept);

  [[nodiscard]] bool has_to_be_made(std::size_t node) const { return to_make_[node]; }
  /// It was dropped, and nothing needs it.
  [[nodiscard]] bool stays_dropped(std::size_t node) const;
  /// Large, there or dropped, and nothing needs it.
  [[nodiscard]] bool may_go(std::size_t node) const;
  /// To be told once of every node that was made, or found.
  /// @return what may go now: of the node itself and what it has read
  [[nodiscard]] std::vector<std::size_t> ended(std::size_t node);

 private:
  const std::vector<Node>& nodes_;
  std::vector<Presence> presence_;
  std::vector<bool> kept_, to_make_, ended_;
  std::vector<int> readers_;  // that have to be made, and have not ended
};

}  // namespace genloss::orchestrator
