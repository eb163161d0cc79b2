// How the artefacts of a chain follow from each other, and from its study.

#include <algorithm>
#include <filesystem>

#include "jobs/columns.hpp"
#include "jobs/error.hpp"
#include "orchestrator/directory/columns_file.hpp"
#include "orchestrator/directory/measures_file.hpp"
#include "orchestrator/directory/model_manifest.hpp"
#include "orchestrator/directory/tokenizer_manifest.hpp"
#include "orchestrator/store/store.hpp"
#include "orchestrator/verify/chain_check.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

using storage::Digest;

/// Notes what is not what it should be, in one file.
class Comparison {
 public:
  Comparison(fs::path file, std::vector<FileFault>& faults) : file_(std::move(file)), faults_(faults) {}
  void equal(const Digest& found, const std::optional<Digest>& should, const std::string& what) {
    if (should && found != *should) fault(what + " is " + found.text() + ", and should be " + should->text());
  }
  void equal(int found, int should, const std::string& what) {
    if (found != should) fault(what + " is " + std::to_string(found) + ", and should be " + std::to_string(should));
  }
  void fault(const std::string& cause) { faults_.push_back({Verdict::damaged, file_.string(), cause}); }

 private:
  fs::path file_;
  std::vector<FileFault>& faults_;
};

/// A link of the run leads to the artefact of this kind and recipe, or to what is left of it, or is none.
void leads_to(const fs::path& link, std::string_view kind, const Digest& recipe, std::vector<FileFault>& faults) {
  const auto shelf = shelf_of(link);
  const bool of_kind = shelf && (shelf->kind == kind || shelf->kind == dropped_kind(kind));
  if (!shelf || (of_kind && shelf->recipe == recipe.short_hex(64))) return;
  faults.push_back({Verdict::damaged, link.string(),
                    "it leads to " + shelf->kind + " " + shelf->recipe.substr(0, 8) + ", and should lead to " +
                        std::string(kind) + " " + recipe.short_hex()});
}

/// A second link to the same artefact as `first`.
void goes_along(const fs::path& link, const fs::path& first, std::vector<FileFault>& faults) {
  const auto shelf = shelf_of(first), other = shelf_of(link);
  if (!shelf) return;  // a copy of a run is no view
  if (!fs::is_symlink(link) || !fs::exists(link)) {
    if (fs::exists(link)) return;
    faults.push_back({Verdict::missing, link.string(), "no such link; `genloss repair` sets it again"});
  } else if (!other || other->kind != shelf->kind || other->recipe != shelf->recipe) {
    faults.push_back(
        {Verdict::damaged, link.string(), "it leads to another artefact than " + first.filename().string()});
  }
}

}  // namespace

void ChainCheck::relate(const Target& target, const Lineage* lineage, std::vector<FileFault>& faults) {
  const int n = target.generation;
  switch (target.kind) {
    case NodeKind::mix:
      return relate_mix(n, lineage, faults);
    case NodeKind::model:
      return relate_model(n, lineage, faults);
    case NodeKind::corpus:
      return relate_corpus(n, lineage, faults);
    case NodeKind::columns:
      return relate_columns(target, lineage, faults);
    case NodeKind::measures:
      return relate_measures(n, lineage, faults);
    default:
      return relate_text(target, lineage, faults);
  }
}

void ChainCheck::relate_text(const Target& target, const Lineage* lineage, std::vector<FileFault>& faults) {
  const fs::path path = path_of(chain_, target);
  const bool tokenizer = target.kind == NodeKind::tokenizer;
  const auto recipe = lineage == nullptr ? std::nullopt : tokenizer ? lineage->tokenizer() : lineage->tokens();
  if (recipe) leads_to(path, name_of(target.kind), *recipe, faults);
  if (tokenizer && fs::exists(path / "manifest.json")) {
    Comparison(path / "manifest.json", faults).equal(read_tokenizer_manifest(path).recipe, recipe, "its recipe");
  }
}

void ChainCheck::relate_mix(int n, const Lineage* lineage, std::vector<FileFault>& faults) {
  const GenerationPaths paths = chain_.generation(n);
  if (!digest({NodeKind::mix, n})) return;  // it cannot be read, which is told
  const auto plan = workers::MixPlan::parse(storage::read_json(paths.mix(), "genloss mix", 1), paths.mix().string());
  Comparison mix(paths.mix(), faults);
  mix.equal(plan.generation, n, "its generation");
  const auto others = corpora_of_others(n, chain_, spec_);
  for (const auto& source : plan.sources) {
    if (const auto* human = std::get_if<workers::HumanSource>(&source.origin)) {
      const std::string split = human->split == jobs::TrainableSplit::train ? "train" : "held_out";
      const auto known = human_.find(split);
      if (known != human_.end()) mix.equal(source.digest, known->second, "its human " + split + " text");
    } else {
      const auto [g, lineage] = std::get<workers::CorpusSource>(source.origin);
      const std::string what = "its corpus " + std::to_string(g);
      if (lineage == 0) {
        mix.equal(source.digest, digest({NodeKind::corpus, g}), what);
      } else if (static_cast<std::size_t>(lineage) <= others.size() && g < n) {
        // What the other chain says of it; whether that is so, is seen where that chain is verified.
        const auto& other = others[static_cast<std::size_t>(lineage - 1)][static_cast<std::size_t>(g)];
        mix.equal(source.digest, std::optional(other.digest()), what + " of lineage " + std::to_string(lineage));
      } else {
        mix.fault("it names corpus " + std::to_string(g) + " of lineage " + std::to_string(lineage) +
                  ", which its policy does not");
      }
    }
  }
  goes_along(paths.mix_made_by(), paths.mix(), faults);
  leads_to(paths.mix(), "mix", plan.digest(), faults);
  if (lineage == nullptr) return;
  std::vector<storage::CorpusManifest> corpora;
  for (int g = 0; g < n; ++g) {
    if (!manifests_.contains(g)) manifests_[g] = storage::read_corpus_manifest(chain_.generation(g).corpus());
    corpora.push_back(manifests_[g]);
  }
  const auto should_be = lineage->mix(n, corpora);
  if (should_be) mix.equal(plan.digest(), should_be->digest(), "the plan");
}

void ChainCheck::relate_model(int n, const Lineage* lineage, std::vector<FileFault>& faults) {
  const GenerationPaths paths = chain_.generation(n);
  if (!fs::exists(paths.model_manifest())) return;
  const ModelManifest manifest = read_model_manifest(paths.model());
  Comparison model(paths.model_manifest(), faults);
  model.equal(manifest.generation, n, "its generation");
  model.equal(manifest.mix, digest({NodeKind::mix, n}), "the mix it was trained on");
  const bool dropped = fs::exists(paths.model() / description_file);
  if (dropped) model.equal(manifest.model, digest({NodeKind::model, n}), "the model");
  if (const auto tokenizer = digest({NodeKind::tokenizer, -1}); tokenizer && !dropped) {
    const std::string& beside = model_tokenizers_[n];
    if (beside != tokenizer->text()) {
      Comparison(paths.model() / "tokenizer.json", faults)
          .fault("its tokenizer is " + (beside.empty() ? "not there" : beside) + ", and should be " +
                 tokenizer->text());
    }
  }
  const auto log = paths.model() / "training.jsonl";
  if (fs::exists(log)) goes_along(paths.training_log(), paths.model(), faults);
  if (lineage == nullptr) return;
  const auto parent = lineage->parent(n, digest({NodeKind::model, n - 1}));
  if (manifest.parent != parent && (parent || n == 0)) {
    model.fault("it started from " + (manifest.parent ? manifest.parent->text() : "nothing") + ", and should from " +
                (parent ? parent->text() : "nothing"));
  }
  const auto can_be = lineage->models(n, manifest.mix, manifest.parent);
  const bool is_one = std::find(can_be.begin(), can_be.end(), manifest.recipe) != can_be.end();
  const Digest recipe = is_one ? manifest.recipe : can_be.front();
  model.equal(manifest.recipe, recipe, "its recipe");
  leads_to(paths.model(), "model", recipe, faults);
}

void ChainCheck::relate_corpus(int n, const Lineage* lineage, std::vector<FileFault>& faults) {
  if (!manifests_.contains(n)) return;
  const GenerationPaths paths = chain_.generation(n);
  const storage::CorpusManifest& manifest = manifests_[n];
  Comparison corpus(paths.corpus_manifest(), faults);
  corpus.equal(manifest.generation, n, "its generation");
  corpus.equal(manifest.digest(), digest({NodeKind::corpus, n}), "the corpus");
  corpus.equal(manifest.model, digest({NodeKind::model, n}), "the model it was drawn from");
  if (lineage == nullptr) return;
  const Digest recipe = lineage->corpus(n, manifest.model);
  corpus.equal(manifest.recipe, recipe, "its recipe");
  leads_to(paths.corpus(), "corpus", recipe, faults);
}

void ChainCheck::relate_columns(const Target& target, const Lineage* lineage, std::vector<FileFault>& faults) {
  if (!columns_.contains(target)) return;  // it cannot be read, which is told
  const int n = target.generation;
  const fs::path path = path_of(chain_, target);
  const storage::CorpusManifest& manifest = columns_[target];
  const ColumnsFile file = read_columns_file(path);
  Comparison columns(path / "manifest.json", faults);
  columns.equal(manifest.generation, n, "its generation");
  columns.equal(manifest.digest(), digest(target), "what it says");
  columns.equal(manifest.model, digest({NodeKind::corpus, n}), "the corpus that was scored");
  Comparison words(columns_file(path), faults);
  words.equal(file.corpus, manifest.model, "the corpus that was scored");
  words.equal(file.recipe, manifest.recipe, "its recipe");
  const auto* order = jobs::find_column(spec_, target.column);
  if (order == nullptr) return;
  if (file.scorer != jobs::identity_of(*order)) words.fault("it is by " + file.scorer);
  const workers::ColumnModel read = workers::model_of(*order, n);
  if (read.kind == workers::ColumnModel::Kind::generation && file.model) {
    words.equal(*file.model, digest({NodeKind::model, read.generation}), "the model that was read");
  }
  if (lineage == nullptr) return;
  const Digest recipe = lineage->columns(*order, n, manifest.model, file.model);
  columns.equal(manifest.recipe, recipe, "its recipe");
  leads_to(path, "columns", recipe, faults);
}

void ChainCheck::relate_measures(int n, const Lineage* lineage, std::vector<FileFault>& faults) {
  const GenerationPaths paths = chain_.generation(n);
  if (!digest({NodeKind::measures, n})) return;
  const MeasuresFile file = read_measures(paths.measures());
  Comparison measures(paths.measures(), faults);
  measures.equal(file.generation, n, "its generation");
  measures.equal(file.model, digest({NodeKind::model, n}), "the model it measured");
  if (file.corpus) {
    measures.equal(*file.corpus, digest({NodeKind::corpus, n}), "the corpus it measured");
    goes_along(paths.measures_made_by(), paths.measures(), faults);
  }
  if (lineage == nullptr) return;
  if (!file.corpus) return leads_to(paths.measures(), "evaluation", lineage->evaluation(n, file.model), faults);
  const auto first = digest({NodeKind::model, 0});
  if (!first) return;
  const Digest recipe = lineage->measures(n, file.model, *file.corpus, *first);
  if (file.recipe) measures.equal(*file.recipe, recipe, "its recipe");
  leads_to(paths.measures(), "measures", recipe, faults);
}

}  // namespace genloss::orchestrator
