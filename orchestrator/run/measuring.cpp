// TRAINED -> EVALUATED (the model, on human text nobody has trained on) and SAMPLED -> SCORED (the corpus).

#include <filesystem>

#include "jobs/error.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/directory/measures_file.hpp"
#include "orchestrator/report/table.hpp"
#include "orchestrator/run/adoption.hpp"
#include "orchestrator/run/coordinator.hpp"
#include "orchestrator/run/recipes.hpp"
#include "storage/files/digest.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;

void Coordinator::evaluate(int n) {
  const GenerationPaths paths = context_.paths.generation(n);
  const storage::Digest model = models_.back().model;
  context_.console.begin("evaluating");
  const std::string found = on_root("look for measures", [&]() -> std::string {
    return fs::exists(paths.measures()) && read_measures(paths.measures()).model == model ? "there already" : "";
  });
  if (found.empty()) {
    const double begin = context_.budget.now();
    const workers::Distribute spread = distribute();
    auto measured = context_.family.evaluate({n, context_.ranks, spread, paths.model()});
    on_root("write measures", [&] {
      write_measures(paths.measures(), {n, model, std::nullopt, std::nullopt, std::move(measured), {}, {}});
      fault_point(std::to_string(n) + ":TRAINED:sealed");
      return std::string();
    });
    context_.budget.took(&Pace::evaluation, context_.budget.now() - begin);
  }
  context_.console.end(found.empty() ? "done" : found);
  enter(n, State::evaluated);
}

void Coordinator::score(int n) {
  const GenerationPaths paths = context_.paths.generation(n);
  const auto& corpus = corpora_.back();
  const storage::Digest recipe = measures_recipe(context_.spec, context_.family, n, models_.back().model,
                                                 corpus->manifest().digest(), models_.front().model);
  context_.console.begin("measuring");
  const std::string found = on_root("look for measures", [&]() -> std::string {
    if (read_measures(paths.measures()).recipe == recipe) return "there already";
    if (adopt_measures(context_.paths, n, recipe)) return "adopted from a run that measured the same";
    return {};
  });
  if (found.empty()) {
    const double begin = context_.budget.now();
    const workers::Distribute spread = distribute();
    const fs::path first_model = context_.paths.generation(0).model();
    auto measured = context_.family.inspect({n, context_.ranks, spread, corpus, first_model});
    on_root("write measures", [&] {
      MeasuresFile file = read_measures(paths.measures());
      file.corpus = corpus->manifest().digest();
      file.recipe = recipe;
      file.of_corpus = std::move(measured.of_corpus);
      file.of_human = std::move(measured.of_human);
      write_measures(paths.measures(), file);
      fault_point(std::to_string(n) + ":SAMPLED:sealed");
      return std::string();
    });
    context_.budget.took(&Pace::measuring, context_.budget.now() - begin);
  }
  context_.console.end(found.empty() ? "done" : found);
  if (context_.ranks.is_root()) {
    const MeasuresFile file = read_measures(paths.measures());
    if (n == 0) measures_.human = file.of_human;
    measures_.generations.push_back(file.all());
    const auto& records = workers::records_of(context_.spec.study.family);
    for (const auto& line : generation_lines(records, measures_, n, context_.spec.measures.confidence))
      context_.console.line(line);
  }
  enter(n, State::scored,
        context_.ranks.is_root() ? nlohmann::ordered_json{{"digest", storage::sha256_of_file(paths.measures()).text()}}
                                 : nlohmann::ordered_json{});
}

}  // namespace genloss::orchestrator
