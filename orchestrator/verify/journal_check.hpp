#pragma once
// Whether the journal of a run tells all that its folders show.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/directory/state.hpp"
#include "orchestrator/verify/finding.hpp"

namespace genloss::orchestrator {

/// What a journal tells of one chain.
class Told {
 public:
  Told() = default;
  Told(const std::vector<nlohmann::json>& journal, const std::string& chain);

  [[nodiscard]] const Position& position() const noexcept { return position_; }
  /// The generation has been in this state, or beyond.
  [[nodiscard]] bool reached(int n, State state) const;
  [[nodiscard]] std::optional<storage::Digest> digest(int n, State state) const;
  /// Of columns of the corpus of a generation, by their name.
  [[nodiscard]] std::optional<storage::Digest> digest(int n, const std::string& column) const;
  /// Of what is made once: "tokenizer", "tokens".
  [[nodiscard]] std::optional<storage::Digest> digest(const std::string& event) const;

 private:
  Position position_;
  std::map<std::pair<int, State>, storage::Digest> digests_;
  std::map<std::pair<int, std::string>, storage::Digest> columns_;
  std::map<std::string, storage::Digest> events_;
};

/// The journal of a run, as far as it can be read.
struct JournalRead {
  std::vector<nlohmann::json> entries;
  std::vector<FileFault> faults;  ///< of the file as a whole; then entries are empty
};
[[nodiscard]] JournalRead read_run_journal(const std::filesystem::path& file);

/// What a chain has sealed, by the links and folders of the run.
/// An artefact is linked after the journal told that it is worked on, and told when it is done before the next one is
/// begun: what is sealed without the one, or followed without the other, is a lost line.
/// @param sealed whether the artefact that a state ends with is there
/// @return what the lines do not tell, for people: "generation 1 model"
[[nodiscard]] std::vector<std::string> untold(const Told& told, const std::function<bool(int n, State made)>& sealed);

/// Whether the artefact that `made` ends with is sealed in the folder of a chain.
[[nodiscard]] bool is_sealed(const RunPaths& chain, int n, State made);

}  // namespace genloss::orchestrator
