#pragma once
// One start of the program on a study: groups of ranks make the nodes of its graph, until all are made or it is
// stopped.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "comms/world.hpp"
#include "jobs/chains.hpp"
#include "jobs/error.hpp"
#include "orchestrator/retention/retained_study.hpp"
#include "workers/accelerator/accelerator.hpp"
#include "workers/family.hpp"

namespace genloss::orchestrator {

/// Asked on rank 0 before anything is made; throws if the study had better not begin.
using StartCheck =
    std::function<void(const RetainedStudy& there, const workers::Family& family, int ranks, int groups)>;

/// Collective. The GPUs of a run that asks for them; closed-form families have nothing to do on one: null.
/// @throws Error(missing_resource) on all ranks
[[nodiscard]] std::unique_ptr<workers::Accelerator> accelerator_for(const jobs::StudySpec& spec,
                                                                    comms::Communicator& ranks);

/// Takes `chains` of a study from wherever they are to their last generation. Called on all ranks together.
/// @return done; stopped: state is saved; bad_data: chains were closed, the others are done
[[nodiscard]] ExitCode run_study(const jobs::StudySpec& study, const std::vector<jobs::Chain>& chains,
                                 const comms::World& world, const StartCheck& check);

}  // namespace genloss::orchestrator
