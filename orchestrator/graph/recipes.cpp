#include "orchestrator/graph/recipes.hpp"

#include "jobs/columns.hpp"
#include "jobs/study_file.hpp"
#include "storage/tensors/safetensors.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::orchestrator {
namespace {

storage::Sha256 recipe(std::string_view kind, const jobs::StudySpec& spec, const workers::Family& family,
                       int generation, const workers::numerics::NumericsKey& numerics,
                       std::vector<std::string_view> sections) {
  sections.emplace_back("study");  // seed and family; never the name
  storage::Sha256 hash;
  hash.text("genloss recipe 2").text(kind).number(static_cast<std::uint64_t>(generation)).text(numerics.text());
  // Of a schedule, what holds now: what comes later makes no other artefact.
  hash.text(jobs::identity_text(spec.of(generation), sections));
  if (const auto* text = family.tokenizing()) hash.digest(text->digest());
  return hash;
}

}  // namespace

storage::Digest study_digest(const jobs::StudySpec& spec, const workers::Family& family) {
  storage::Sha256 hash;
  hash.text("genloss study 1").text(jobs::identity_text(spec)).digest(family.units().data_digest());
  if (const auto* text = family.tokenizing()) hash.digest(text->recipe());
  if (spec.training.init == jobs::Initialisation::base) {
    hash.digest(storage::weights_digest(spec.model.base / "model.safetensors"));
  }
  for (const jobs::ColumnOrder& column : spec.columns) {  // models from outside are named by what they are
    const workers::ColumnModel read = workers::model_of(column, 0);
    if (read.kind == workers::ColumnModel::Kind::outside) hash.digest(workers::digest_of(read));
  }
  return hash.finish();
}

storage::Digest tokens_recipe(const workers::Family& family) {
  return storage::Sha256()
      .text("genloss tokens 1")
      .digest(family.tokenizing()->digest())
      .digest(family.units().data_digest())
      .finish();
}

storage::Digest model_recipe(const jobs::StudySpec& spec, const workers::Family& family, int generation,
                             const workers::numerics::NumericsKey& numerics, const storage::Digest& mix,
                             const std::optional<storage::Digest>& parent, int training_ranks) {
  storage::Sha256 hash = recipe("model", spec, family, generation, numerics, family.learner().model_sections());
  hash.digest(mix).number(parent ? 1 : 0);
  if (parent) hash.digest(*parent);
  if (const auto further = family.learner().further_data()) hash.text("further data").digest(*further);
  if (spec.training.reduction == jobs::Reduction::fast) {
    hash.text("training ranks").number(static_cast<std::uint64_t>(training_ranks));
  }
  return hash.finish();
}

std::vector<storage::Digest> model_recipes(const jobs::StudySpec& spec, const workers::Family& family, int generation,
                                           const workers::numerics::NumericsKey& numerics, const storage::Digest& mix,
                                           const std::optional<storage::Digest>& parent) {
  const int most = spec.training.reduction == jobs::Reduction::fast ? spec.training.lanes : 1;
  std::vector<storage::Digest> all;
  for (int ranks = 1; ranks <= most; ++ranks) {
    all.push_back(model_recipe(spec, family, generation, numerics, mix, parent, ranks));
  }
  return all;
}

storage::Digest corpus_recipe(const jobs::StudySpec& spec, const workers::Family& family, int generation,
                              const workers::numerics::NumericsKey& numerics, const storage::Digest& model) {
  storage::Sha256 hash = recipe("corpus", spec, family, generation, numerics, family.drawer().corpus_sections());
  // Prompts are human text: their source is part of what a corpus is.
  hash.digest(model).digest(family.units().human_digest(jobs::TrainableSplit::train));
  return hash.finish();
}

storage::Digest columns_recipe(const jobs::ColumnOrder& column, const workers::Family& family, int generation,
                               const workers::numerics::NumericsKey& numerics, const storage::Digest& corpus,
                               const std::optional<storage::Digest>& model) {
  const workers::ScorerType& type = workers::scorer_type(column.scorer);
  storage::Sha256 hash;
  hash.text("genloss recipe 2").text("columns").number(static_cast<std::uint64_t>(generation)).text(numerics.text());
  hash.text(jobs::identity_of(column)).number(type.version).digest(corpus).number(model ? 1 : 0);
  if (model) hash.digest(*model);
  if (const auto* text = family.tokenizing()) hash.digest(text->digest());
  if (type.reads_human) hash.digest(family.units().human_digest(jobs::TrainableSplit::train));
  return hash.finish();
}

storage::Digest evaluation_recipe(const jobs::StudySpec& spec, const workers::Family& family, int generation,
                                  const workers::numerics::NumericsKey& numerics, const storage::Digest& model) {
  storage::Sha256 hash = recipe("evaluation", spec, family, generation, numerics, {"measures"});
  return hash.digest(model).digest(family.units().data_digest()).finish();
}

storage::Digest measures_recipe(const jobs::StudySpec& spec, const workers::Family& family, int generation,
                                const workers::numerics::NumericsKey& numerics, const storage::Digest& model,
                                const storage::Digest& corpus, const storage::Digest& first_model) {
  storage::Sha256 hash = recipe("measures", spec, family, generation, numerics, {"measures"});
  hash.digest(model).digest(corpus).digest(first_model).digest(family.units().data_digest());
  return hash.finish();
}

}  // namespace genloss::orchestrator
