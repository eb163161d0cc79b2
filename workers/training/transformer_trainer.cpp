#include "workers/training/transformer_trainer.hpp"

#include <exception>

#include "jobs/error.hpp"
#include "workers/kernels/threads.hpp"
#include "workers/training/training_run.hpp"

namespace genloss::workers {
namespace {

Weights load_start(const std::filesystem::path& directory, const Architecture& architecture) {
  Weights weights = Weights::load(directory);
  if (!(weights.architecture() == architecture)) {
    throw Error(ExitCode::bad_data, "start training", directory.string(),
                "this model has another architecture than the study asks for",
                "training.init = previous | base continues a model of the same shape");
  }
  return weights;
}

}  // namespace

TransformerTrainer::TransformerTrainer(const jobs::StudySpec& spec, const Architecture& architecture)
    : spec_(spec), weights_(architecture) {}

TrainOutcome TransformerTrainer::train(const TrainJob& job) {
  use_threads(spec_.runtime.threads);
  std::exception_ptr error;
  try {
    weights_ = job.start_from ? load_start(*job.start_from, weights_.architecture())
                              : Weights::initial(weights_.architecture(), spec_.study.seed, job.generation);
  } catch (...) {
    error = std::current_exception();
  }
  job.ranks.agree_on_errors(error, "initial weights");
  TrainingRun run(spec_, weights_, job);
  const TrainOutcome outcome = run.run();
  run.copy_parameters(weights_.flat());
  return outcome;
}

}  // namespace genloss::workers
