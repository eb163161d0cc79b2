// MIXED -> TRAINING -> TRAINED: adopt a sealed model of the same recipe, or train one.

#include <filesystem>

#include "jobs/error.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/run/adoption.hpp"
#include "orchestrator/run/coordinator.hpp"
#include "orchestrator/run/recipes.hpp"
#include "storage/files/durable.hpp"
#include "storage/tensors/safetensors.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

std::string describe(const workers::TrainProgress& p) {
  char text[160];
  std::snprintf(text, sizeof text, "loss %.4f nats/token, %s tokens/s", p.loss,
                amount_text(p.tokens_per_second).c_str());
  std::string result = text;
  if (p.peak_share > 0) {
    std::snprintf(text, sizeof text, " (%.0f %% of LibTorch's sgemm speed)", 100 * p.peak_share);
    result += text;
  }
  return result;
}

}  // namespace

TrainingStart Coordinator::training_start(int n) const {
  const auto init = context_.spec.training.init;
  if (init == jobs::Initialisation::previous && n > 0) {
    return {context_.paths.generation(n - 1).model(), models_.back().model};
  }
  if (init == jobs::Initialisation::base) {
    const auto& base = context_.spec.model.base;
    return {base, storage::weights_digest(base / "model.safetensors")};
  }
  return {};
}

bool Coordinator::train(int n) {
  const GenerationPaths paths = context_.paths.generation(n);
  const TrainingStart start = training_start(n);
  const storage::Digest recipe = model_recipe(context_.spec, context_.family, n, plan_.digest(), start.digest);

  enter(n, State::training);
  context_.console.begin("training");
  const std::string found = on_root("look for the model", [&]() -> std::string {
    storage::sweep_partials(paths.root);
    if (fs::exists(paths.checkpoints())) storage::sweep_partials(paths.checkpoints());
    if (fs::exists(paths.model_manifest())) {
      const ModelManifest manifest = read_model_manifest(paths.model());
      if (manifest.recipe != recipe) {
        throw Error(ExitCode::bad_data, "resume", paths.model_manifest().string(),
                    "this model was made by another recipe than this study's",
                    "an earlier generation has changed; `genloss verify` shows which");
      }
      if (const auto held = storage::weights_digest(paths.weights()); held != manifest.model) {
        throw Error(ExitCode::bad_data, "read model", paths.weights().string(),
                    "it is " + held.text() + ", and was " + manifest.model.text() + " when it was sealed",
                    "restore it from a copy, or remove the model folder: the same model is then trained again");
      }
      return "there already";
    }
    if (const auto donor = adopt_model(context_.paths, n, recipe)) {
      return "adopted from " + donor->filename().string() + ", which made the same";
    }
    return {};
  });
  if (found.empty()) {
    if (!train_now(n, start, recipe)) return false;
  } else {
    context_.console.end(found);
  }
  models_.push_back(read_model_manifest(paths.model()));
  enter(n, State::trained, {{"digest", models_.back().model.text()}});
  on_root("clear checkpoints", [&] { return storage::remove_directory(paths.checkpoints()), std::string(); });
  return true;
}

bool Coordinator::train_now(int n, const TrainingStart& start, const storage::Digest& recipe) {
  const GenerationPaths paths = context_.paths.generation(n);
  const auto mix_reader = open_mix();
  workers::TrainProgress last;
  StepTimer timer(context_.budget, paths.checkpoints());
  workers::TrainJob job{.generation = n,
                        .ranks = context_.ranks,
                        .mix = *mix_reader,
                        .recipe = recipe,
                        .start_from = start.directory,
                        .checkpoints = paths.checkpoints(),
                        .log = paths.training_log(),
                        .attempt = context_.attempt,
                        .stop_requested =
                            [&] {
                              if (!context_.ranks.is_root()) return context_.stop_requested();
                              timer.asked();
                              return context_.stop_requested() || !context_.budget.fits(&Pace::step);
                            },
                        .report =
                            [&](const workers::TrainProgress& p) {
                              timer.reported(p.step);
                              last = p;
                              context_.console.progress(p.step, p.steps, describe(p));
                              fault_point(std::to_string(n) + ":TRAINING:step-" + std::to_string(p.step));
                            }};
  ModelManifest manifest{.generation = n,
                         .study = context_.study,
                         .recipe = recipe,
                         .mix = plan_.digest(),
                         .parent = start.digest,
                         .model = {}};
  const workers::TrainOutcome outcome = context_.family.train(job);
  if (outcome.end == workers::TrainEnd::stopped) {
    context_.console.end("stopped at step " + std::to_string(outcome.steps) + ", state saved");
    return false;
  }
  manifest.steps = outcome.steps;
  manifest.tokens = outcome.tokens;
  seal_model(n, manifest);
  context_.console.end(std::to_string(outcome.steps) + " steps, " + amount_text(static_cast<double>(outcome.tokens)) +
                       " tokens, " + describe(last));
  return true;
}

void Coordinator::seal_model(int n, const ModelManifest& manifest) {
  on_root("write the model", [&] {
    const GenerationPaths paths = context_.paths.generation(n);
    const fs::path partial = storage::partial_path(paths.model(), context_.attempt);
    fs::create_directories(partial);
    context_.family.save_model(partial);
    ModelManifest complete = manifest;
    complete.model = storage::weights_digest(partial / "model.safetensors");
    write_model_manifest(partial, complete);
    storage::remove_directory(paths.model());  // unsealed left-overs, if any
    storage::commit_directory(partial, paths.model());
    fault_point(std::to_string(n) + ":TRAINING:sealed");
    return std::string();
  });
}

}  // namespace genloss::orchestrator
