#include "orchestrator/verify/journal_check.hpp"

#include <array>

#include "jobs/error.hpp"
#include "orchestrator/store/store.hpp"
#include "orchestrator/verify/piece.hpp"
#include "storage/files/journal.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;

Told::Told(const std::vector<nlohmann::json>& journal, const std::string& chain)
    : position_(position_of(journal, chain)) {
  for (const auto& line : journal) {
    if (line.value("chain", "") != chain || !line.contains("digest")) continue;
    const auto digest = storage::Digest::parse(line["digest"].get<std::string>());
    if (const auto state = state_from(line.value("state", ""))) {
      digests_[{line.value("generation", 0), *state}] = digest;
    } else if (line.contains("column")) {
      columns_[{line.value("generation", 0), line.value("column", "")}] = digest;
    } else {
      events_[line.value("event", "")] = digest;
    }
  }
}

bool Told::reached(int n, State state) const {
  return n < position_.generation || (n == position_.generation && position_.state >= state);
}

std::optional<storage::Digest> Told::digest(int n, State state) const {
  const auto it = digests_.find({n, state});
  return it == digests_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<storage::Digest> Told::digest(int n, const std::string& column) const {
  const auto it = columns_.find({n, column});
  return it == columns_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<storage::Digest> Told::digest(const std::string& event) const {
  const auto it = events_.find(event);
  return it == events_.end() ? std::nullopt : std::optional(it->second);
}

JournalRead read_run_journal(const fs::path& file) {
  if (!fs::exists(file)) {
    return {{}, {{Verdict::missing, file.string(), "no such file; `genloss repair` rebuilds it from the folders"}}};
  }
  try {
    return {storage::Journal::read(file), {}};
  } catch (const Error& error) {
    FileFault fault = fault_of(error);
    fault.cause += "; `genloss repair` rebuilds it from the folders";
    return {{}, {fault}};
  }
}

std::vector<std::string> untold(const Told& told, const std::function<bool(int n, State made)>& sealed) {
  struct Row {
    State begun, made;
    const char* artefact;
  };
  static constexpr std::array rows{Row{State::planned, State::mixed, "mix"},
                                   Row{State::training, State::trained, "model"},
                                   Row{State::sampling, State::sampled, "corpus"}};
  std::vector<std::string> lost;
  bool more = true;
  for (int n = 0; more || n <= told.position().generation; ++n) {
    more = false;
    for (const Row& row : rows) {
      const bool there = sealed(n, row.made);
      more = more || there;
      const bool unheard = there && !told.reached(n, row.begun);
      const bool unsaid = told.reached(n, row.made) && !told.digest(n, row.made);
      if (unheard || unsaid) lost.push_back("generation " + std::to_string(n) + " " + row.artefact);
    }
  }
  return lost;
}

bool is_sealed(const RunPaths& chain, int n, State made) {
  const GenerationPaths paths = chain.generation(n);
  const auto there = [](const fs::path& link, const fs::path& proof) {
    const auto shelf = shelf_of(link);
    return (!shelf || shelf->sealed()) && fs::exists(proof);
  };
  switch (made) {
    case State::mixed:
      return there(paths.mix(), paths.mix());
    case State::trained:
      return there(paths.model(), paths.model_manifest());
    case State::sampled:
      return there(paths.corpus(), paths.corpus_manifest());
    case State::evaluated:
    case State::scored:
      return there(paths.measures(), paths.measures());
    default:
      return false;
  }
}

}  // namespace genloss::orchestrator
