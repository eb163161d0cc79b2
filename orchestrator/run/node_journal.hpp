#pragma once
// What rank 0 notes of nodes: states of generations, chain by chain, as `status` reads them.

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "jobs/chains.hpp"
#include "orchestrator/directory/state.hpp"
#include "orchestrator/graph/graph.hpp"
#include "storage/files/journal.hpp"

namespace genloss::orchestrator {

class NodeJournal {
 public:
  /// @param journal outlives this
  NodeJournal(storage::Journal& journal, const std::vector<jobs::Chain>& chains);

  void granted(const Node& node);
  /// @throws Error(bad_data) if a tokenizer, tokens or columns were other ones before
  void made(const Node& node, const storage::Digest& digest);
  void closed(const Node& node);

 private:
  /// Journals a state of each chain once.
  void enter(const Node& node, State state, const storage::Digest* made);
  void note_made(int chain, const Node& node, const storage::Digest& digest);
  void append(int chain, nlohmann::ordered_json line);

  storage::Journal& journal_;
  const std::vector<jobs::Chain>& chains_;
  std::set<std::tuple<int, int, State>> noted_;  // chain, generation, state
};

}  // namespace genloss::orchestrator
