#include "orchestrator/run/node_journal.hpp"

#include "jobs/error.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/directory/clock.hpp"

namespace genloss::orchestrator {
NodeJournal::NodeJournal(storage::Journal& journal, const std::vector<jobs::Chain>& chains)
    : journal_(journal), chains_(chains) {
  for (const auto& line : journal.entries()) {
    const auto state = state_from(line.value("state", ""));
    if (!state) continue;
    for (std::size_t c = 0; c < chains.size(); ++c) {
      if (chains[c].name == line.value("chain", "")) {
        noted_.emplace(static_cast<int>(c), line.value("generation", 0), *state);
      }
    }
  }
}

void NodeJournal::append(int chain, nlohmann::ordered_json line) {
  const std::string& name = chains_[static_cast<std::size_t>(chain)].name;
  if (!name.empty()) line["chain"] = name;
  line["time"] = utc_now();
  journal_.append(std::move(line));
}

void NodeJournal::granted(const Node& node) {
  if (const auto state = state_when_granted(node.kind)) enter(node, *state, nullptr);
}

void NodeJournal::made(const Node& node, const storage::Digest& digest) {
  if (const auto state = state_when_made(node.kind)) {
    enter(node, *state, &digest);
  } else if (digest != storage::Digest{}) {
    for (const int chain : node.chains) note_made(chain, node, digest);
  }
}

void NodeJournal::closed(const Node& node) {
  for (const int chain : node.chains) {
    append(chain, {{"event", "closed"}, {"generation", node.generation}, {"node", name_of(node.kind)}});
  }
}

void NodeJournal::enter(const Node& node, State state, const storage::Digest* made) {
  for (const int chain : node.chains) {
    // Also what comes late: measures may be made after what follows them, and are told of all the same.
    if (!noted_.emplace(chain, node.generation, state).second) continue;
    nlohmann::ordered_json line{{"generation", node.generation}, {"state", name_of(state)}};
    if (made != nullptr) line["digest"] = made->text();
    append(chain, std::move(line));
  }
  fault_point(std::to_string(node.generation) + ":" + std::string(name_of(state)));
}

void NodeJournal::note_made(int chain, const Node& node, const storage::Digest& digest) {
  const std::string event(name_of(node.kind));
  for (const auto& line : journal_.entries()) {
    const bool same = line.value("event", "") == event &&
                      line.value("chain", "") == chains_[static_cast<std::size_t>(chain)].name &&
                      line.value("generation", -1) == node.generation && line.value("column", "") == node.column;
    if (!same) continue;
    if (line.value("digest", "") == digest.text()) return;
    throw Error(ExitCode::bad_data, "resume", "the " + title_of(node) + " of this run",
                "it was " + line.value("digest", "") + ", and is now " + digest.text(),
                "`genloss verify` shows what has changed");
  }
  nlohmann::ordered_json line{{"event", event}};
  if (node.generation >= 0) line["generation"] = node.generation;
  if (!node.column.empty()) line["column"] = node.column;
  line["digest"] = digest.text();
  append(chain, std::move(line));
}

}  // namespace genloss::orchestrator
