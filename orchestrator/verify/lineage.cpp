#include "orchestrator/verify/lineage.hpp"

#include <filesystem>

#include "comms/communicator.hpp"
#include "jobs/chains.hpp"
#include "jobs/error.hpp"
#include "jobs/option_table.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/attempt/preflight.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/policies/policy.hpp"
#include "orchestrator/store/description.hpp"
#include "storage/corpus/sample_view.hpp"
#include "storage/tensors/safetensors.hpp"
#include "workers/families/family_type.hpp"
#include "workers/scorers/scorer_type.hpp"
#include "workers/text/encoded/encoding.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;

std::shared_ptr<workers::Family> Families::family_of(const jobs::StudySpec& spec) {
  jobs::StudySpec data = spec;
  data.study.repetition = 0;  // splits and tokenizer are the study's
  auto sections = workers::family_type(spec).data_sections;
  sections.insert(sections.end(), {"study", "sampling"});
  const std::string key = jobs::places_of(spec) + jobs::identity_text(data, sections);
  auto& family = known_[key];
  if (!family) family = workers::make_family(spec);
  return family;
}

Lineage::Lineage(const jobs::StudySpec& spec, const RunPaths& chain, const workers::numerics::NumericsKey& numerics,
                 Families& families)
    : spec_(spec), chain_(chain), numerics_(numerics), family_(families.family_of(spec)) {
  if (spec.training.init == jobs::Initialisation::base) {
    base_ = storage::weights_digest(spec.model.base / "model.safetensors");
  }
  workers::Tokenizing* text = family_->tokenizing();
  if (text == nullptr || !fs::exists(chain.tokenizer())) return;
  text->open(chain.tokenizer());
  if (text->counted() || !fs::exists(chain.encoding())) return;
  for (const auto& file : workers::encoded_files(chain.tokens())) {  // otherwise it would be written here
    if (fs::exists(chain.tokens() / file)) continue;
    throw Error(ExitCode::bad_data, "read encoded text", (chain.tokens() / file).string(), "no such file");
  }
  const auto self = comms::make_self();
  const workers::Distribute all = [](std::string_view, std::uint64_t items, const auto& work) {
    for (std::uint64_t item = 0; item < items; ++item) work(item);
  };
  (void)text->encode(*self, all, chain.tokens(), [](std::uint64_t) {});
}

RunPaths folder_of(const OtherChain& of, const RunPaths& chain, const jobs::StudySpec& spec) {
  if (chain.home.empty()) {
    throw Error(ExitCode::bad_data, "look for another chain", of.text(), "the run has one chain alone");
  }
  const fs::path own = chain.root.lexically_relative(chain.home).parent_path();  // its arm; empty: there are none
  const std::uint64_t seed = spec.study.seed + static_cast<std::uint64_t>(of.repetition(spec.study.repetition));
  return {chain.home / jobs::chain_folder(of.arm.empty() ? own.string() : of.arm, seed), chain.home, {}};
}

std::vector<std::vector<storage::CorpusManifest>> corpora_of_others(int n, const RunPaths& chain,
                                                                    const jobs::StudySpec& spec) {
  std::vector<std::vector<storage::CorpusManifest>> others;
  for (const OtherChain& of : others_of(spec.policy, n)) {
    const RunPaths other = folder_of(of, chain, spec);
    auto& corpora = others.emplace_back();
    for (int g = 0; g < n; ++g) corpora.push_back(storage::read_corpus_manifest(other.generation(g).corpus()));
  }
  return others;
}

Pools::Chosen Lineage::chosen(int generation, std::span<const std::uint64_t> samples) const {
  const auto corpus = std::make_shared<storage::CorpusReader>(chain_.generation(generation).corpus(),
                                                              std::make_shared<storage::ShardCache>());
  const storage::SampleView view(corpus, std::make_shared<const storage::ChosenSamples>(*corpus, samples));
  return {view.shared(), family_->units().corpus_units(view.manifest())};
}

std::vector<double> Lineage::column(const std::string& address, int generation) const {
  const workers::ColumnAddress at = workers::column_address(spec_, address);
  const storage::CorpusReader reader(chain_.generation(generation).columns(at.column->name),
                                     std::make_shared<storage::ShardCache>());
  return workers::column_values(reader, at.value);
}

std::optional<workers::MixPlan> Lineage::mix(int n, const std::vector<storage::CorpusManifest>& corpora) const {
  for (const auto& [name, g] : columns_of_mix(spec_.policy, n)) {
    const GenerationPaths paths = chain_.generation(g);
    const bool dropped = read_description(paths.columns(name)) || read_description(paths.corpus());
    if (dropped || !fs::exists(paths.columns(name) / "manifest.json")) return std::nullopt;
  }

  Pools pools = pools_of_humans(spec_, *family_, n);
  const auto pools_of = [&](const std::vector<storage::CorpusManifest>& manifests) {
    std::vector<CorpusPool> all;
    for (int g = 0; g < n; ++g) {
      const auto& manifest = manifests.at(static_cast<std::size_t>(g));
      all.push_back({g, family_->units().corpus_units(manifest), manifest.digest()});
    }
    return all;
  };
  pools.corpora = pools_of(corpora);
  for (const auto& manifests : corpora_of_others(n, chain_, spec_)) pools.others.push_back(pools_of(manifests));
  pools.columns = [this](const std::string& address, int g) { return column(address, g); };
  pools.chosen = [this](int g, std::span<const std::uint64_t> samples) { return chosen(g, samples); };
  return plan_mix(spec_.policy, pools);
}

std::optional<storage::Digest> Lineage::parent(int n, const std::optional<storage::Digest>& before) const {
  if (base_) return base_;
  return spec_.training.follows_model_before(n) ? before : std::nullopt;
}

std::vector<storage::Digest> Lineage::models(int n, const storage::Digest& mix,
                                             const std::optional<storage::Digest>& parent) const {
  return model_recipes(spec_, *family_, n, numerics_, mix, parent);
}
storage::Digest Lineage::corpus(int n, const storage::Digest& model) const {
  return corpus_recipe(spec_, *family_, n, numerics_, model);
}
storage::Digest Lineage::columns(const jobs::ColumnOrder& column, int n, const storage::Digest& corpus,
                                 const std::optional<storage::Digest>& model) const {
  return columns_recipe(column, *family_, n, numerics_, corpus, model);
}
storage::Digest Lineage::evaluation(int n, const storage::Digest& model) const {
  return evaluation_recipe(spec_, *family_, n, numerics_, model);
}
storage::Digest Lineage::measures(int n, const storage::Digest& model, const storage::Digest& corpus,
                                  const storage::Digest& first_model) const {
  return measures_recipe(spec_, *family_, n, numerics_, model, corpus, first_model);
}
std::optional<storage::Digest> Lineage::tokenizer() const {
  const workers::Tokenizing* text = family_->tokenizing();
  return text == nullptr ? std::nullopt : std::optional(text->recipe());
}
std::optional<storage::Digest> Lineage::tokens() const {
  return family_->tokenizing() == nullptr ? std::nullopt : std::optional(tokens_recipe(*family_));
}

}  // namespace genloss::orchestrator
