#pragma once
// A study as a graph: what has to be made, and from what. What several chains need alike is one node.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/chains.hpp"
#include "orchestrator/directory/state.hpp"
#include "orchestrator/policies/algebra/terms.hpp"
#include "storage/files/digest.hpp"

namespace genloss::orchestrator {

/// What a node makes; of one generation in the order in which one worker alone makes them.
enum class NodeKind { tokenizer, tokens, mix, model, evaluation, corpus, columns, measures };
[[nodiscard]] std::string_view name_of(NodeKind kind) noexcept;  ///< "tokenizer", "mix", ...

/// The state that a generation enters when a node of a kind is granted, and when it is made; nothing for what is made
/// once for all generations.
[[nodiscard]] std::optional<State> state_when_granted(NodeKind kind) noexcept;
[[nodiscard]] std::optional<State> state_when_made(NodeKind kind) noexcept;

struct Node {
  NodeKind kind = NodeKind::mix;
  int generation = -1;       ///< -1: of all generations of its chains
  std::vector<int> chains;   ///< that need it, ascending; the first is in whose words it is made
  std::vector<int> parents;  ///< nodes that have to be done first
  /// Of all that determines it, as far as it is known before anything is made: nodes of equal key are one node. The
  /// recipes of artefacts say it in terms of what their parents have become.
  storage::Digest key;
  /// Of the nodes before it, models and corpora whose content it reads, or would read to mend what it reads: a damaged
  /// shard is drawn again from its model. Of other parents it needs to know what they are (recipe, digest, size).
  std::vector<int> reads{};
  std::string column{};  ///< of columns: jobs::ColumnOrder::name
};

/// The chain that another one means, of `chains`; nothing if it is not among them.
[[nodiscard]] std::optional<int> other_chain(const std::vector<jobs::Chain>& chains, int chain, const OtherChain& of);
/// What cannot be known of one chain alone: those that it reads are there, and write what it can read.
/// @throws Error(usage)
void check_lineages(const std::vector<jobs::Chain>& chains);
/// What a node makes, for people: "mix", "columns surprise".
[[nodiscard]] std::string title_of(const Node& node);

/// The nodes of `chains`, each up to generation study.generations - 1; parents come before their children, and of one
/// chain the order is that in which one worker alone makes them.
[[nodiscard]] std::vector<Node> graph_of(const std::vector<jobs::Chain>& chains);

}  // namespace genloss::orchestrator
