#pragma once
// The journal of a run, rebuilt from what its folders show.

#include <string>
#include <vector>

#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/repair/bench.hpp"

namespace genloss::orchestrator {

/// Good lines are kept; those that are damaged or lost are put in their places. The journal as it was is kept in logs/.
/// @param chains all of the run @param study digest of the study, which a journal's starts name
/// @param generations of the study
void repair_journal(const std::vector<RunPaths>& chains, const std::string& study, int generations, Bench& bench);

}  // namespace genloss::orchestrator
