#include "orchestrator/show/shown_run.hpp"

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/directory/chain_folders.hpp"
#include "orchestrator/directory/model_manifest.hpp"
#include "orchestrator/store/description.hpp"
#include "storage/tensors/safetensors.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator::show {
namespace fs = std::filesystem;
namespace {

/// @throws Error(usage) if `folder` holds what is left of an artefact that was dropped
void refuse_dropped(const fs::path& folder) {
  const auto description = read_description(folder);
  if (!description) return;
  throw Error(ExitCode::usage, "show",
              "the " + description->kind + " of generation " + std::to_string(description->generation),
              "it was dropped (runtime.keep); what is left of it is " + (folder / description_file).string(),
              "`genloss run` of the same study with --runtime.keep=all makes it again");
}

ShownRun open_chain(const RunPaths& paths) {
  const jobs::StudySpec spec = jobs::read_study(paths.study());
  const fs::path first = paths.generation(0).model();
  const bool own = fs::exists(paths.tokenizer() / "tokenizer.json");
  if (!own) refuse_dropped(first);
  if (workers::family_type(spec).writes_text && !own && !fs::exists(first / "tokenizer.json")) {
    throw Error(ExitCode::usage, "show", paths.root.string(), "the run has not made its tokenizer yet",
                "`genloss status RUN` shows where it is");
  }
  std::string title = spec.study.name;
  if (!paths.chain.empty()) {
    const bool one_seed = jobs::read_study(RunPaths{paths.run()}.study()).study.seeds == 1;
    title = one_seed ? arm_of(paths) : paths.chain;
  }
  return {paths, spec, workers::make_reading(spec, own ? paths.tokenizer() : first), title};
}

}  // namespace

std::vector<ShownRun> ShownRun::open(const fs::path& directory) {
  std::vector<ShownRun> runs;
  for (const RunPaths& chain : chains_of_run(directory)) {
    if (fs::exists(chain.study())) runs.push_back(open_chain(chain));
  }
  if (runs.empty()) {
    throw Error(ExitCode::bad_data, "show", directory.string(), "this is not a run directory",
                "give a directory that `genloss run` printed");
  }
  return runs;
}

std::vector<int> ShownRun::models() const {
  std::vector<int> generations;
  for (int n = 0; fs::exists(paths.generation(n).root); ++n) {
    if (fs::exists(paths.generation(n).weights())) generations.push_back(n);
  }
  return generations;
}

std::optional<int> ShownRun::last_drawn() const {
  int n = 0;
  while (fs::exists(paths.generation(n).root)) ++n;
  while (--n >= 0) {
    const fs::path corpus = paths.generation(n).corpus();
    if (!read_description(corpus) && DrawnSamples(corpus).size() > 0) return n;
  }
  return std::nullopt;
}

DrawnSamples ShownRun::samples(int generation) const {
  refuse_dropped(paths.generation(generation).corpus());
  DrawnSamples drawn(paths.generation(generation).corpus());
  if (drawn.size() == 0) {
    const auto last = last_drawn();
    throw Error(ExitCode::usage, "show", "generation " + std::to_string(generation) + " of " + name(),
                last ? "no samples of it are there; the last generation with samples is " + std::to_string(*last)
                     : "no samples are drawn yet",
                "`genloss status RUN` shows where the run is");
  }
  return drawn;
}

fs::path ShownRun::checked_model(int generation) const {
  const GenerationPaths at = paths.generation(generation);
  refuse_dropped(at.model());
  if (storage::weights_digest(at.weights()) != read_model_manifest(at.model()).model) {
    throw Error(ExitCode::bad_data, "show", at.weights().string(), "its content does not fit its digest (damaged)",
                "`genloss verify RUN` shows what else is damaged");
  }
  return at.model();
}

}  // namespace genloss::orchestrator::show
