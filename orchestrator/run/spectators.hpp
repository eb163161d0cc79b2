#pragma once
// A group may have more ranks than a training step has lanes: those beyond them look on while the others train.

#include <chrono>

#include "comms/communicator.hpp"
#include "workers/family.hpp"

namespace genloss::orchestrator {

/// Trains on the first `lanes` ranks of `group`; the others wait, hearing now and then that the training lives.
/// Collective over the group, whose root is the root of the training. @param job its `ranks` are replaced
/// @throws on all ranks if training threw on one
[[nodiscard]] workers::TrainOutcome train_on_lanes(workers::Family& family, const workers::TrainJob& job,
                                                   comms::Communicator& group, int lanes,
                                                   std::chrono::duration<double> deadline);

}  // namespace genloss::orchestrator
