#pragma once
// One chain of a run: what it should have, what it has, and whether each follows from the others.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "jobs/study_spec.hpp"
#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/graph/graph.hpp"
#include "orchestrator/verify/journal_check.hpp"
#include "orchestrator/verify/lineage.hpp"
#include "orchestrator/verify/piece.hpp"

namespace genloss::orchestrator {

/// Pieces of all chains; what chains have in common is one.
class PieceList {
 public:
  /// @param identity what tells a piece apart, where it is not the place on disk that `path` leads to
  std::size_t add(Piece piece, const std::string& identity = {});
  [[nodiscard]] const std::vector<Piece>& pieces() const noexcept { return pieces_; }

 private:
  std::vector<Piece> pieces_;
  std::map<std::string, std::size_t> known_;
};

/// An artefact of a chain. Measures stand for the evaluation of a model, too, until its corpus is measured.
struct Target {
  NodeKind kind = NodeKind::measures;
  int generation = 0;
  std::string column{};  ///< of columns: its name
  auto operator<=>(const Target&) const = default;
};

class ChainCheck {
 public:
  /// @param target if given: only what this artefact descends from, and itself
  ChainCheck(RunPaths chain, jobs::StudySpec spec, Told told, const std::optional<Target>& target);

  /// Adds what has to be read.
  void list(PieceList& pieces);
  /// @param lineage null if recipes cannot be recomputed
  void conclude(const std::vector<PieceResult>& results, const Lineage* lineage,
                const std::function<void(Finding)>& tell);

  [[nodiscard]] const RunPaths& paths() const noexcept { return chain_; }
  [[nodiscard]] const jobs::StudySpec& spec() const noexcept { return spec_; }
  [[nodiscard]] const Told& told() const noexcept { return told_; }
  /// Artefacts that are there, not dropped, in the order of findings.
  [[nodiscard]] std::vector<Target> present() const;
  /// Digest of one of present(), once it was concluded to be good.
  [[nodiscard]] std::optional<storage::Digest> digest(const Target& target) const;

 private:
  struct Entry {
    Target target;
    bool there = false;
    bool dropped = false;  ///< what is left of it is there
    std::vector<std::size_t> pieces;
  };
  void list_human(PieceList& pieces);
  /// Whether it was dropped; what its description says is then what it is.
  bool list_dropped(const Target& target);
  void list_entry(Target target, bool due, PieceList& pieces);
  [[nodiscard]] bool wanted(const Target& target) const { return !scope_ || scope_->contains(target); }
  void descend(const Target& target);

  void conclude_human(const std::vector<PieceResult>& results, const std::function<void(Finding)>& tell);
  [[nodiscard]] std::optional<storage::Digest> expected(const Target& target) const;
  // What does not fit: how the artefact says it was made, against its parents and its recipe.
  void relate(const Target& target, const Lineage* lineage, std::vector<FileFault>& faults);
  void relate_mix(int n, const Lineage* lineage, std::vector<FileFault>& faults);
  void relate_model(int n, const Lineage* lineage, std::vector<FileFault>& faults);
  void relate_corpus(int n, const Lineage* lineage, std::vector<FileFault>& faults);
  void relate_columns(const Target& target, const Lineage* lineage, std::vector<FileFault>& faults);
  void relate_measures(int n, const Lineage* lineage, std::vector<FileFault>& faults);
  void relate_text(const Target& target, const Lineage* lineage, std::vector<FileFault>& faults);

  RunPaths chain_;
  jobs::StudySpec spec_;
  Told told_;
  std::optional<std::set<Target>> scope_;
  std::vector<Entry> entries_;
  struct Split {
    std::string name, digest;
    std::vector<std::size_t> pieces;
    std::optional<FileFault> fault;
  };
  std::vector<Split> splits_;
  std::optional<FileFault> human_fault_;
  std::map<std::string, storage::Digest> human_;       // splits, as human.json records them
  std::map<Target, storage::Digest> found_;            // what artefacts are, by their bytes
  std::map<Target, FileFault> left_faults_;            // of descriptions
  std::map<int, std::string> model_tokenizers_;        // digests, by generation
  std::map<int, storage::CorpusManifest> manifests_;   // of corpora that can be read
  std::map<Target, storage::CorpusManifest> columns_;  // of columns that can be read
};

/// What an artefact of a chain was made from; for its mix corpora as mix.json names them, all earlier ones if it
/// cannot be read.
[[nodiscard]] std::vector<Target> parents_of(const RunPaths& chain, const jobs::StudySpec& spec, const Target& target);
/// Where a person finds it: folder, or file of a mix or of measures.
[[nodiscard]] std::filesystem::path path_of(const RunPaths& chain, const Target& target);
/// "generation 2 corpus", "human tokens".
[[nodiscard]] std::string name_of(const Target& target);

}  // namespace genloss::orchestrator
