// The model of a generation: found in the store, or trained.

#include <algorithm>
#include <filesystem>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"
#include "jobs/numbers.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/run/maker.hpp"
#include "orchestrator/run/spectators.hpp"
#include "storage/files/durable.hpp"
#include "storage/tensors/safetensors.hpp"
#include "workers/families/family_type.hpp"
#include "workers/training/extrapolation.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr auto training_log_file = "training.jsonl";

/// @param of_steps the family trains by steps with a loss, over tokens; otherwise it counts units
std::string describe(const workers::TrainProgress& p, bool of_steps) {
  if (!of_steps) return amount_text(p.tokens_per_second) + " units/s";
  std::string text = (p.loss_is.empty() ? "loss " : "loss (" + p.loss_is + ") ") + fixed_text(p.loss, 4) +
                     " nats/token, " + amount_text(p.tokens_per_second) + " tokens/s";
  if (p.validation_loss) text += ", validation " + fixed_text(*p.validation_loss, 4);
  if (p.peak_share > 0) text += " (" + percent_text(p.peak_share) + " of LibTorch's sgemm speed)";
  return text;
}

/// @throws Error(bad_data) if the weights are not those that were sealed
void check_weights(const fs::path& model) {
  const fs::path weights = model / "model.safetensors";
  const ModelManifest manifest = read_model_manifest(model);
  beat("check weights");
  if (const auto held = storage::weights_digest(weights); held != manifest.model) {
    throw Error(ExitCode::bad_data, "read model", weights.string(),
                "it is " + held.text() + ", and was " + manifest.model.text() + " when it was sealed",
                "restore it from a copy, or remove the model folder: the same model is then trained again");
  }
}

}  // namespace

fs::path Maker::checked_model(int n) const {
  const fs::path model = context_.paths.generation(n).model();
  check_weights(model);
  return model;
}

TrainingStart Maker::training_start(int n) const {
  const auto init = context_.spec.training.init;
  if (context_.spec.training.follows_model_before(n)) {
    return {context_.paths.generation(n - 1).model(), model_of(n - 1).model};
  }
  if (init == jobs::Initialisation::base) {
    const auto& base = context_.spec.model.base;
    return {base, storage::weights_digest(base / "model.safetensors")};
  }
  return {};
}

storage::Digest Maker::recipe_of_model(int n, const storage::Digest& mix, const TrainingStart& start) {
  const jobs::StudySpec& spec = context_.spec;
  const workers::Family& family = context_.family;
  const int ranks = std::min(context_.ranks.size(), spec.training.lanes);
  const auto own = model_recipe(spec, family, n, context_.start.numerics, mix, start.digest, ranks);
  const auto all = model_recipes(spec, family, n, context_.start.numerics, mix, start.digest);
  if (all.size() == 1) return own;
  return storage::Digest::parse(on_root("look for the model", [&] {
    const auto shown = shelf_of(context_.paths.generation(n).model());
    for (std::size_t other = 0; shown && other < all.size(); ++other) {
      if (all[other].short_hex(64) != shown->recipe || all[other] == own) continue;
      if (stays_dropped_ || context_.store.has("model", all[other])) return all[other].text();
      throw Error(ExitCode::missing_resource, "train again", context_.paths.generation(n).model().string(),
                  "it is gone, and was trained on " + counted(other + 1, "rank") + ", here " + counted(ranks, "rank") +
                      " would train it: with training.reduction=fast its bits depend on that",
                  "start groups of as many ranks; or begin another run (another runtime.runs)");
    }
    return own.text();
  }));
}

ItemEnd Maker::model(int n) {
  const workers::MixPlan mix = plan(n);
  const TrainingStart start = training_start(n);
  const storage::Digest recipe = recipe_of_model(n, mix.digest(), start);
  const fs::path sealed = context_.store.sealed("model", recipe);
  context_.console.begin(where_ + "training");
  const auto shown = [n](const RunPaths& view) { return view.generation(n).model(); };
  if (stays_dropped_) return {ItemEnd::Kind::done, show_dropped("model", recipe, shown)};
  const Place place = look_for("model", recipe, shown);
  if (place.elsewhere) return {ItemEnd::Kind::later, {}};
  if (place.found.empty()) {
    if (!train_now(n, mix, start, recipe, place.work)) return {ItemEnd::Kind::stopped, {}};
  } else {
    on_root("read the model", [&] { return check_weights(sealed), std::string(); });
    context_.console.end(place.found);
  }
  on_root("show the model", [&] {
    link_generation(n, &GenerationPaths::model, sealed);
    for (const RunPaths& view : views_) {
      storage::remove_durably(view.generation(n).checkpoints());
      if (!fs::exists(sealed / training_log_file)) storage::remove_durably(view.generation(n).training_log());
    }
    if (fs::exists(sealed / training_log_file)) {
      link_generation(n, &GenerationPaths::training_log, sealed / training_log_file);
    }
    return std::string();
  });
  return {ItemEnd::Kind::done, model_of(n).model};
}

bool Maker::train_now(int n, const workers::MixPlan& mix, const TrainingStart& start, const storage::Digest& recipe,
                      const fs::path& work) {
  on_root("begin the training", [&] {
    storage::create_directories_durably(work / "checkpoints");
    storage::sweep_partials(work / "checkpoints");
    link_generation(n, &GenerationPaths::checkpoints, work / "checkpoints");
    link_generation(n, &GenerationPaths::training_log, work / training_log_file);
    return std::string();
  });
  const double begin = context_.budget.now();
  context_.ranks.together("read the model before", [&] {
    if (start.digest && start.directory != context_.spec.model.base) (void)checked_model(n - 1);
  });
  const auto mix_reader = open_mix(mix);
  workers::TrainProgress last;
  const bool of_steps = workers::family_type(context_.spec).logs_steps;
  StepTimer timer(context_.budget, work / "checkpoints");
  const workers::TrainJob job{.generation = n,
                              .ranks = context_.ranks,
                              .mix = *mix_reader,
                              .recipe = recipe,
                              .start_from = start.directory,
                              .checkpoints = work / "checkpoints",
                              .log = work / training_log_file,
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
                                    context_.console.progress(p.step, p.steps, describe(p, of_steps));
                                    fault_point(std::to_string(n) + ":TRAINING:step-" + std::to_string(p.step));
                                  }};
  workers::TrainOutcome outcome;
  // A step that found a shard damaged has left a checkpoint of all steps before it.
  mending([&] {
    outcome = train_on_lanes(context_.family, job, context_.ranks, context_.spec.training.lanes,
                             std::chrono::duration<double>(context_.deadline_seconds));
  });
  if (outcome.end == workers::TrainEnd::stopped) {
    context_.console.end("stopped at step " + std::to_string(outcome.steps) + ", state saved");
    return false;
  }
  seal_model({.generation = n,
              .recipe = recipe,
              .mix = mix.digest(),
              .parent = start.digest,
              .model = {},
              .steps = outcome.steps,
              .tokens = outcome.tokens},
             start, work, made_by(work, begin));
  const std::string amount = amount_text(static_cast<double>(outcome.tokens));
  const bool back = outcome.best_step > 0 && outcome.best_step < outcome.steps;
  const std::string best = back ? " (parameters of step " + std::to_string(outcome.best_step) + ")" : "";
  context_.console.end(
      (of_steps ? std::to_string(outcome.steps) + " steps" + best + ", " + amount + " tokens, " : amount + " units, ") +
      describe(last, of_steps));
  return true;
}

void Maker::seal_model(ModelManifest manifest, const TrainingStart& start, const fs::path& work, const MadeBy& made) {
  on_root("write the model", [&] {
    const fs::path finished = work / "finished", log = work / training_log_file;
    storage::remove_directory(finished);
    storage::create_directories_durably(finished);
    context_.family.learner().save_model(finished);
    const double w = context_.spec.training.of(manifest.generation).extrapolation;
    if (w > 0 && start.directory) workers::extrapolate_weights(*start.directory, finished, w);
    manifest.model = storage::weights_digest(finished / "model.safetensors");
    write_made_by(RunPaths::made_by(finished), made);
    if (fs::exists(log)) storage::copy_contents(log, finished / training_log_file);
    write_model_manifest(finished, manifest);
    context_.store.seal(finished, "model", manifest.recipe,
                        [](const fs::path& model) { return read_model_manifest(model).model; });
    fault_point(std::to_string(manifest.generation) + ":TRAINING:sealed");
    return std::string();
  });
}

}  // namespace genloss::orchestrator
