#pragma once
// Training of a transformer: what it starts from, and train_network().

#include "jobs/study_spec.hpp"
#include "workers/accelerator/accelerator.hpp"
#include "workers/family.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::workers {

class TransformerTrainer {
 public:
  /// @param accelerator what computes the steps; null: the host's cores. Outlives this
  TransformerTrainer(const jobs::StudySpec& spec, const Architecture& architecture, Accelerator* accelerator = nullptr);

  /// Trains from the newest checkpoint of `job`, or from its beginning. Collective. At training.reduction = exact the
  /// weights are a function of (spec, mix, start), bit for bit, for every rank count up to training.lanes.
  /// @throws Error(bad_data) if the loss stops being finite, naming the step; if a checkpoint is damaged or of another
  /// recipe; if job.start_from holds a model of another architecture
  /// @param validation windows that training.patience watches; null where that is 0
  [[nodiscard]] TrainOutcome train(const TrainJob& job, UnitSource* validation = nullptr);
  /// The model just trained; complete on every rank after train() has finished.
  [[nodiscard]] const Weights& weights() const noexcept { return weights_; }

 private:
  jobs::StudySpec spec_;
  Accelerator* accelerator_;
  Weights weights_;
};

}  // namespace genloss::workers
