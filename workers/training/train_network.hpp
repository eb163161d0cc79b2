#pragma once
// Data-parallel training of any network, whose result does not depend on the number of ranks.

#include <span>

#include "jobs/study_spec.hpp"
#include "workers/accelerator/accelerator.hpp"
#include "workers/family.hpp"
#include "workers/network/network.hpp"

namespace genloss::workers {

/// Trains by [training] from the newest checkpoint of `job`, or from `parameters`. Collective. At training.reduction =
/// exact the result is a function of (spec, network, mix, start), bit for bit, for every rank count up to
/// training.lanes.
/// @param accelerator what computes the steps; null: the host's cores
/// @param parameters the network's, to begin with; the trained ones are complete on every rank when it has finished
/// @param validation what training.patience watches; null where that is 0
/// @throws Error(bad_data) if the loss stops being finite, naming the step; if a checkpoint is damaged or of another
/// recipe; if there is nothing to validate on
[[nodiscard]] TrainOutcome train_network(const jobs::StudySpec& spec, const Network& network, Accelerator* accelerator,
                                         const TrainJob& job, std::span<float> parameters,
                                         UnitSource* validation = nullptr);

}  // namespace genloss::workers
