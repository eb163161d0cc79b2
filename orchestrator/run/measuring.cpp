// The measures of a generation: first of its model, on human text nobody has trained on, then of its corpus too.

#include <filesystem>

#include "jobs/error.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/directory/measures_file.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/run/maker.hpp"
#include "storage/files/digest.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr auto measures_file = "measures.json";

}  // namespace

ItemEnd Maker::evaluation(int n) {
  const storage::Digest model = model_of(n).model;
  const storage::Digest recipe = evaluation_recipe(context_.spec, context_.family, n, context_.start.numerics, model);
  const fs::path file = context_.store.sealed("evaluation", recipe) / measures_file;
  context_.console.begin(where_ + "evaluating");
  const auto maker = [n](const RunPaths& view) { return view.generation(n).evaluation_made_by(); };
  const Place place = look_for("evaluation", recipe, maker, RunPaths::made_by("").string());
  if (place.elsewhere) return {ItemEnd::Kind::later, {}};
  if (place.found.empty()) {
    const double begin = context_.budget.now();
    show_measuring(n, place.work);
    const auto spread = distribute_results(place.work, &Pace::evaluation, std::to_string(n) + ":TRAINED");
    fs::path own_model;
    context_.ranks.together("read the model", [&] { own_model = checked_model(n); });
    auto measured = context_.family.measurer().evaluate({n, context_.ranks, spread, own_model});
    const MadeBy made = made_by(place.work, begin);
    on_root("write measures", [&] {
      seal_file("evaluation", recipe, place.work, measures_file, made, [&](const fs::path& at) {
        write_measures(at, {n, model, std::nullopt, std::nullopt, std::move(measured), {}, {}});
      });
      fault_point(std::to_string(n) + ":TRAINED:sealed");
      return std::string();
    });
  }
  context_.console.end(place.found.empty() ? "done" : place.found);
  const std::string digest = on_root("show the measures", [&] {
    hide_measuring(n);
    // Measures of the corpus, once they are there, are shown instead; they hold these too.
    const auto shown = [n](const RunPaths& view) {
      const fs::path link = view.generation(n).measures();
      return shelf_of(link).value_or(Shelf{}).kind == "measures" ? fs::path() : link;
    };
    link(maker, RunPaths::made_by(file.parent_path()));
    link(shown, file);
    return storage::sha256_of_file(file).text();
  });
  return {ItemEnd::Kind::done, storage::Digest::parse(digest)};
}

ItemEnd Maker::measures(int n) {
  const storage::Digest drawn = manifest_of(n).digest();
  const storage::Digest model = model_of(n).model;
  const storage::Digest recipe =
      measures_recipe(context_.spec, context_.family, n, context_.start.numerics, model, drawn, model_of(0).model);
  const fs::path file = context_.store.sealed("measures", recipe) / measures_file;
  context_.console.begin(where_ + "measuring");
  const Place place = look_for(
      "measures", recipe, [n](const RunPaths& view) { return view.generation(n).measures(); }, measures_file);
  if (place.elsewhere) return {ItemEnd::Kind::later, {}};
  if (place.found.empty()) {
    const double begin = context_.budget.now();
    show_measuring(n, place.work);
    fs::path first_model;
    context_.ranks.together("read the model of generation 0", [&] { first_model = checked_model(0); });
    workers::CorpusMeasures measured;
    mending([&] {  // which begins again with the first pass
      const auto spread = distribute_results(place.work, &Pace::measuring, std::to_string(n) + ":SAMPLED");
      measured = context_.family.measurer().inspect({n, context_.ranks, spread, corpus_of(n), first_model});
    });
    const MadeBy made = made_by(place.work, begin);
    on_root("write measures", [&] {
      const storage::Digest evaluation =
          evaluation_recipe(context_.spec, context_.family, n, context_.start.numerics, model);
      MeasuresFile all = read_measures(context_.store.sealed("evaluation", evaluation) / measures_file);
      all.corpus = drawn;
      all.recipe = recipe;
      all.of_corpus = std::move(measured.of_corpus);
      all.of_human = std::move(measured.of_human);
      seal_file("measures", recipe, place.work, measures_file, made,
                [&](const fs::path& at) { write_measures(at, all); });
      fault_point(std::to_string(n) + ":SAMPLED:sealed");
      return std::string();
    });
  }
  context_.console.end(place.found.empty() ? "done" : place.found);
  const std::string digest = on_root("show the measures", [&] {
    hide_measuring(n);
    link_generation(n, &GenerationPaths::measures_made_by, RunPaths::made_by(file.parent_path()));
    link_generation(n, &GenerationPaths::measures, file);
    return storage::sha256_of_file(file).text();
  });
  return {ItemEnd::Kind::done, storage::Digest::parse(digest)};
}

}  // namespace genloss::orchestrator
