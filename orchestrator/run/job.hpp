#pragma once
// One start of the program on a study: groups of ranks make the nodes of its graph, until all are made or it is
// stopped.

#include <string>
#include <vector>

#include "comms/world.hpp"
#include "jobs/chains.hpp"
#include "jobs/error.hpp"

namespace genloss::orchestrator {

/// Takes `chains` of a study from wherever they are to their last generation. Called on all ranks together.
/// @return done; stopped: state is saved; bad_data: chains were closed, the others are done
[[nodiscard]] ExitCode run_study(const jobs::StudySpec& study, const std::vector<jobs::Chain>& chains,
                                 const comms::World& world);

}  // namespace genloss::orchestrator
