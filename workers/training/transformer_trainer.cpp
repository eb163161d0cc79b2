#include "workers/training/transformer_trainer.hpp"

#include "jobs/error.hpp"
#include "workers/passes/transformer_network.hpp"
#include "workers/training/train_network.hpp"

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

TrainOutcome TransformerTrainer::train(const TrainJob& job, UnitSource* validation) {
  job.ranks.together("initial weights", [&] {
    weights_ = job.start_from ? load_start(*job.start_from, weights_.architecture())
                              : Weights::initial(weights_.architecture(), spec_.study.chain_seed(), job.generation);
  });
  const TransformerNetwork network(weights_.architecture(), spec_.training.truncated);
  return train_network(spec_, network, accelerator_, job, weights_.flat(), validation);
}

}  // namespace genloss::workers
