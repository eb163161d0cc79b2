#pragma once
// Names of what is about to be made: a digest over all that determines it. Equal recipe, equal bytes; so a sealed
// artefact with the same recipe is found in the store instead of made again. The study's name, its policy and
// [runtime] are in none of them; what a machine's numbers depend on (the numerics key) is in all.

#include <optional>
#include <vector>

#include "jobs/study_spec.hpp"
#include "storage/files/digest.hpp"
#include "workers/family.hpp"
#include "workers/numerics/numerics_key.hpp"

namespace genloss::orchestrator {

/// The digest that names a run: identity text, human data, base model.
[[nodiscard]] storage::Digest study_digest(const jobs::StudySpec& spec, const workers::Family& family);

/// Of human text as tokens; the tokenizer has to be open.
[[nodiscard]] storage::Digest tokens_recipe(const workers::Family& family);
/// @param parent the model training starts from (init = previous | base)
/// @param training_ranks that train it together: part of the recipe where bits depend on it (training.reduction = fast)
[[nodiscard]] storage::Digest model_recipe(const jobs::StudySpec& spec, const workers::Family& family, int generation,
                                           const workers::numerics::NumericsKey& numerics, const storage::Digest& mix,
                                           const std::optional<storage::Digest>& parent, int training_ranks);
/// All that the model can be: one recipe; with training.reduction = fast one for each number of ranks, 1 to
/// training.lanes.
[[nodiscard]] std::vector<storage::Digest> model_recipes(const jobs::StudySpec& spec, const workers::Family& family,
                                                         int generation, const workers::numerics::NumericsKey& numerics,
                                                         const storage::Digest& mix,
                                                         const std::optional<storage::Digest>& parent);
[[nodiscard]] storage::Digest corpus_recipe(const jobs::StudySpec& spec, const workers::Family& family, int generation,
                                            const workers::numerics::NumericsKey& numerics,
                                            const storage::Digest& model);
/// Of what a scorer says of a corpus. The column's name is not in it, nor are paths.
/// @param corpus that is scored @param model that the scorer reads, if it reads one
[[nodiscard]] storage::Digest columns_recipe(const jobs::ColumnOrder& column, const workers::Family& family,
                                             int generation, const workers::numerics::NumericsKey& numerics,
                                             const storage::Digest& corpus,
                                             const std::optional<storage::Digest>& model);
/// Of the measures of a model alone.
[[nodiscard]] storage::Digest evaluation_recipe(const jobs::StudySpec& spec, const workers::Family& family,
                                                int generation, const workers::numerics::NumericsKey& numerics,
                                                const storage::Digest& model);
/// @param first_model digest of generation 0's model: the reader that corpora are judged by
[[nodiscard]] storage::Digest measures_recipe(const jobs::StudySpec& spec, const workers::Family& family,
                                              int generation, const workers::numerics::NumericsKey& numerics,
                                              const storage::Digest& model, const storage::Digest& corpus,
                                              const storage::Digest& first_model);

}  // namespace genloss::orchestrator
