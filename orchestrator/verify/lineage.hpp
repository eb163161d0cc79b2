#pragma once
// What the artefacts of a chain follow from: recipes, recomputed from its study and from what their parents are.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jobs/study_spec.hpp"
#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/policies/algebra/terms.hpp"
#include "orchestrator/policies/policy.hpp"
#include "storage/corpus/corpus_manifest.hpp"
#include "storage/files/digest.hpp"
#include "workers/family.hpp"
#include "workers/mix/mix_plan.hpp"
#include "workers/numerics/numerics_key.hpp"

namespace genloss::orchestrator {

/// Families of chains that read the same text are opened once. Local.
class Families {
 public:
  /// @throws Error(bad_data) if the human data cannot be had
  [[nodiscard]] std::shared_ptr<workers::Family> family_of(const jobs::StudySpec& spec);

 private:
  std::map<std::string, std::shared_ptr<workers::Family>> known_;
};

/// Folder of a chain that another one reads. @throws Error(bad_data) if the run has one chain
[[nodiscard]] RunPaths folder_of(const OtherChain& of, const RunPaths& chain, const jobs::StudySpec& spec);
/// Corpora before generation n of each chain that its mix reads (others_of()), as these chains have them.
[[nodiscard]] std::vector<std::vector<storage::CorpusManifest>> corpora_of_others(int n, const RunPaths& chain,
                                                                                  const jobs::StudySpec& spec);

/// Of one chain. Everything is recomputed; nothing is read of what the artefacts say of themselves.
class Lineage {
 public:
  /// @throws Error if the study's data cannot be had, or its tokenizer or tokens not be read
  Lineage(const jobs::StudySpec& spec, const RunPaths& chain, const workers::numerics::NumericsKey& numerics,
          Families& families);

  [[nodiscard]] const workers::Family& family() const noexcept { return *family_; }
  /// @param corpora of all earlier generations
  /// @return nothing if it chooses samples, and what they are chosen by is not there
  /// @throws Error(bad_data) if that is damaged, or a corpus of another chain that it reads cannot be read
  [[nodiscard]] std::optional<workers::MixPlan> mix(int n, const std::vector<storage::CorpusManifest>& corpora) const;
  /// What the model of generation n starts from. @param before model of the generation before
  [[nodiscard]] std::optional<storage::Digest> parent(int n, const std::optional<storage::Digest>& before) const;
  /// What its recipe can be; see model_recipes().
  [[nodiscard]] std::vector<storage::Digest> models(int n, const storage::Digest& mix,
                                                    const std::optional<storage::Digest>& parent) const;
  [[nodiscard]] storage::Digest corpus(int n, const storage::Digest& model) const;
  [[nodiscard]] storage::Digest columns(const jobs::ColumnOrder& column, int n, const storage::Digest& corpus,
                                        const std::optional<storage::Digest>& model) const;
  [[nodiscard]] storage::Digest evaluation(int n, const storage::Digest& model) const;
  [[nodiscard]] storage::Digest measures(int n, const storage::Digest& model, const storage::Digest& corpus,
                                         const storage::Digest& first_model) const;
  [[nodiscard]] std::optional<storage::Digest> tokenizer() const;  ///< recipe
  [[nodiscard]] std::optional<storage::Digest> tokens() const;     ///< recipe

 private:
  [[nodiscard]] Pools::Chosen chosen(int generation, std::span<const std::uint64_t> samples) const;
  [[nodiscard]] std::vector<double> column(const std::string& address, int generation) const;

  const jobs::StudySpec& spec_;
  RunPaths chain_;
  workers::numerics::NumericsKey numerics_;
  std::shared_ptr<workers::Family> family_;
  std::optional<storage::Digest> base_;
};

}  // namespace genloss::orchestrator
