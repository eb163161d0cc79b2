#include "workers/training/transformer_trainer.hpp"

#include <exception>

#include "jobs/error.hpp"
#include "workers/numerics/threads.hpp"
#include "workers/training/host_engine.hpp"
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

TransformerTrainer::TransformerTrainer(const jobs::StudySpec& spec, const Architecture& architecture,
                                       Accelerator* accelerator)
    : spec_(spec), accelerator_(accelerator), weights_(architecture) {}

std::unique_ptr<TrainingEngine> TransformerTrainer::make_engine(const jobs::StudySpec& spec,
                                                                comms::Communicator& ranks) const {
  if (accelerator_ != nullptr) return accelerator_->training_engine(spec, weights_, ranks);
  return std::make_unique<HostEngine>(spec, weights_, ranks);
}

TrainOutcome TransformerTrainer::train(const TrainJob& job) {
  numerics::use_threads(spec_.runtime.threads);
  job.ranks.together("initial weights", [&] {
    weights_ = job.start_from ? load_start(*job.start_from, weights_.architecture())
                              : Weights::initial(weights_.architecture(), spec_.study.chain_seed(), job.generation);
  });
  jobs::StudySpec spec = spec_;
  spec.training = spec_.training.of(job.generation);
  const auto engine = make_engine(spec, job.ranks);
  const TrainOutcome outcome = TrainingRun(spec, weights_.architecture(), job, *engine).run();
  engine->copy_parameters(weights_.flat());
  return outcome;
}

}  // namespace genloss::workers
