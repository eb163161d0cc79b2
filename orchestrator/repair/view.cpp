#include "orchestrator/repair/view.hpp"

#include <algorithm>
#include <filesystem>

#include "jobs/error.hpp"
#include "orchestrator/directory/measures_file.hpp"
#include "orchestrator/directory/model_manifest.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "storage/files/durable.hpp"
#include "storage/human/human_data.hpp"
#include "workers/families/family_type.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

using storage::Digest;

class View {
 public:
  View(const RunPaths& chain, const jobs::StudySpec& spec, Bench& bench)
      : chain_(chain), spec_(spec), store_(chain.run().parent_path()), bench_(bench) {}

  /// Where the artefact of a recipe is, once `link` leads to it; nothing if it is not there.
  std::optional<fs::path> place(const fs::path& link, std::string_view kind, const Digest& recipe,
                                const std::string& file = {}) {
    if (fs::exists(link) && !fs::is_symlink(link)) return link;  // a copy of a run
    const auto shelf = shelf_of(link);
    const auto inside = [&](const std::string& of) {
      const fs::path folder = store_.sealed(of, recipe);
      return file.empty() ? folder : folder / file;
    };
    const std::string left = dropped_kind(kind);  // of an artefact that was dropped, or is gone and can be made again
    const bool is_left = shelf && shelf->kind == left && shelf->recipe == recipe.short_hex(64);
    if (fs::exists(inside(left)) && (is_left || !fs::exists(inside(std::string(kind))))) {
      if (!is_left || !fs::exists(link)) {
        bench_.mend(link.string() + " leads to the description of what was dropped",
                    [&] { point_to(link, inside(left)); });
      }
      return inside(left);
    }
    const fs::path target = inside(std::string(kind));
    const bool right = shelf && shelf->kind == kind && shelf->recipe == recipe.short_hex(64);
    if (!fs::exists(target)) {
      if (right) bench_.cannot(link.string() + " leads to what is gone; `genloss run` makes it again");
      return std::nullopt;
    }
    if (!right || !fs::exists(link)) {
      const std::string was = shelf ? "led to " + shelf->kind + " " + shelf->recipe.substr(0, 8)
                                    : std::string(fs::is_symlink(link) ? "led nowhere" : "was not there");
      bench_.mend(link.string() + " " + was + "; it leads to " + std::string(kind) + " " + recipe.short_hex(),
                  [&] { point_to(link, target); });
    }
    return target;
  }

  /// A link of something that the chain is past.
  void remove(const fs::path& link) {
    if (!fs::is_symlink(link) || fs::exists(link)) return;
    bench_.mend(link.string() + " led to a working folder that is gone; it is removed",
                [&] { storage::remove_durably(link); });
  }

  /// @return whether everything of the generation is there, corpus included
  bool generation(int n, const Lineage& lineage) {
    const GenerationPaths paths = chain_.generation(n);
    const auto planned = lineage.mix(n, corpora_);
    const auto shown = shelf_of(paths.mix());
    const bool is_mix = shown && shown->kind == "mix" && shown->sealed();
    if (!planned && !is_mix) return false;  // nothing says which it is
    const Digest plan = planned ? planned->digest() : Digest::parse("sha256:" + shown->recipe);
    if (!place(paths.mix(), "mix", plan, "mix.json")) return false;
    (void)place(paths.mix_made_by(), "mix", plan, "made-by.json");
    const Digest model_is = model_at(paths.model(), lineage.models(n, plan, lineage.parent(n, before_)));
    const auto model = place(paths.model(), "model", model_is);
    if (!model) return false;
    remove(paths.checkpoints());
    if (fs::exists(*model / "training.jsonl")) (void)place(paths.training_log(), "model", model_is, "training.jsonl");
    before_ = read_model_manifest(*model).model;
    if (n == 0) first_ = before_;
    const auto corpus = place(paths.corpus(), "corpus", lineage.corpus(n, *before_));
    if (corpus) corpora_.push_back(storage::read_corpus_manifest(*corpus));
    models_.push_back(*before_);
    columns(n, lineage);
    measures(n, lineage, corpus.has_value());
    return corpus.has_value();
  }

 private:
  /// Of what a model can be, what the link leads to; or what there is.
  [[nodiscard]] Digest model_at(const fs::path& link, const std::vector<Digest>& can_be) const {
    const auto shelf = shelf_of(link);
    const auto shown = [&](const Digest& recipe) { return shelf && shelf->recipe == recipe.short_hex(64); };
    const auto there = [&](const Digest& recipe) {
      return store_.has("model", recipe) || store_.has(dropped_kind("model"), recipe);
    };
    auto found = std::find_if(can_be.begin(), can_be.end(), shown);
    if (found == can_be.end()) found = std::find_if(can_be.begin(), can_be.end(), there);
    return found == can_be.end() ? can_be.front() : *found;
  }
  void measures(int n, const Lineage& lineage, bool corpus) {
    const GenerationPaths paths = chain_.generation(n);
    (void)place(paths.evaluation_made_by(), "evaluation", lineage.evaluation(n, *before_), "made-by.json");
    const auto shown = shelf_of(paths.measures());
    if (!corpus && shown && shown->kind == "measures" && fs::exists(paths.measures())) return;  // they are still true
    if (corpus) {
      const Digest recipe = lineage.measures(n, *before_, corpora_.back().digest(), *first_);
      if (store_.has("measures", recipe) || !fs::is_symlink(paths.measures())) {
        if (place(paths.measures(), "measures", recipe, "measures.json")) {
          (void)place(paths.measures_made_by(), "measures", recipe, "made-by.json");
          return;
        }
      }
    }
    (void)place(paths.measures(), "evaluation", lineage.evaluation(n, *before_), "measures.json");
  }

  /// Columns that can be told once generation n is drawn: those of its corpus, and of earlier ones by its model.
  void columns(int n, const Lineage& lineage) {
    for (const jobs::ColumnOrder& column : spec_.columns) {
      for (int g = 0; g <= n && g < static_cast<int>(corpora_.size()); ++g) {
        const workers::ColumnModel read = workers::model_of(column, g);
        const bool by_generation = read.kind == workers::ColumnModel::Kind::generation;
        if (std::max(g, by_generation ? read.generation : 0) != n) continue;
        std::optional<Digest> model;
        if (by_generation) model = models_[static_cast<std::size_t>(read.generation)];
        if (read.kind == workers::ColumnModel::Kind::outside) model = workers::digest_of(read);
        const auto at = static_cast<std::size_t>(g);
        (void)place(chain_.generation(g).columns(column.name), "columns",
                    lineage.columns(column, g, corpora_[at].digest(), model));
      }
    }
  }

  const RunPaths& chain_;
  const jobs::StudySpec& spec_;
  Store store_;
  Bench& bench_;
  std::vector<storage::CorpusManifest> corpora_;
  std::vector<Digest> models_;            // of generations
  std::optional<Digest> before_, first_;  // models
};

/// Copies of human text in the store are named by the digest of their files. The one of which the documents are the
/// study's is looked for among them: the user's own text may be gone, or another one by now.
void repair_human_text(const RunPaths& chain, const jobs::StudySpec& spec, const workers::Family& family,
                       Bench& bench) {
  const auto is_it = [&](const fs::path& folder) {
    try {
      const fs::path& source = spec.data.source;
      const fs::path file = folder / source.filename();
      const auto text =
          storage::HumanData::import(fs::exists(file) ? file : folder, workers::import_rules(spec), source);
      return text.digest() == family.units().data_digest();
    } catch (const Error&) {
      return false;
    }
  };
  const fs::path link = chain.human_text();
  if (!workers::family_type(spec).reads_text || is_it(link)) return;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(Store(chain.run().parent_path()).root() / "human", none)) {
    const bool sealed = entry.path().filename().string().find('.') == std::string::npos;
    if (!sealed || !is_it(entry.path())) continue;
    return bench.mend(link.string() + " did not lead to the study's human text; it does now",
                      [&] { point_to(link, entry.path()); });
  }
  if (!fs::is_symlink(link)) return;  // a copy of a run need not have it
  bench.cannot(link.string() + ": the store has no copy of the study's human text; `genloss run` copies it again");
}

}  // namespace

void repair_view(const RunPaths& chain, const jobs::StudySpec& spec, const workers::numerics::NumericsKey& numerics,
                 Families& families, Bench& bench) {
  View view(chain, spec, bench);
  try {
    const auto family = families.family_of(spec);
    repair_human_text(chain, spec, *family, bench);
    if (workers::Tokenizing* text = family->tokenizing()) {
      const auto tokenizer = view.place(chain.tokenizer(), "tokenizer", text->recipe());
      if (!tokenizer) return;
      text->open(*tokenizer);
      if (!text->counted() && !view.place(chain.tokens(), "tokens", tokens_recipe(*family))) return;
      if (bench.dry() && !fs::exists(chain.tokenizer())) return;  // what follows is read through the links
    }
    const Lineage lineage(spec, chain, numerics, families);
    for (int n = 0; n < spec.study.generations || fs::exists(chain.generation(n).root); ++n) {
      if (!view.generation(n, lineage)) return;
    }
  } catch (const Error& error) {
    bench.cannot("links of " + chain.root.string() + " behind " + error.object() + ": " + error.cause());
  }
}

}  // namespace genloss::orchestrator
