#include "workers/training/train_network.hpp"

#include <memory>

#include "workers/numerics/threads.hpp"
#include "workers/training/host_engine.hpp"
#include "workers/training/training_run.hpp"

namespace genloss::workers {

TrainOutcome train_network(const jobs::StudySpec& whole, const Network& network, Accelerator* accelerator,
                           const TrainJob& job, std::span<float> parameters, UnitSource* validation) {
  numerics::use_threads(whole.runtime.threads);
  jobs::StudySpec spec = whole;
  spec.training = whole.training.of(job.generation);
  std::unique_ptr<TrainingEngine> engine;
  if (accelerator != nullptr) {
    engine = accelerator->training_engine(spec.training, network, parameters, job.ranks);
  } else {
    engine = std::make_unique<HostEngine>(spec.training, network, parameters, job.ranks);
  }
  const TrainOutcome outcome = TrainingRun(spec, network, job, *engine, validation).run();
  engine->copy_parameters(parameters);
  return outcome;
}

}  // namespace genloss::workers
