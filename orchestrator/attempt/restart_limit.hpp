#pragma once
// A job that is restarted again and again without getting anywhere has to end some time.

#include <string>

#include "orchestrator/directory/run_paths.hpp"

namespace genloss::orchestrator {

/// How far a run has come, in words: "generation 1 TRAINING, checkpoint of step 200". It differs whenever something was
/// sealed that a restart need not do again, and reads the disk only (cheap: two folders, one file).
[[nodiscard]] std::string progress_mark(const RunPaths& run);

/// Counts one start of batch job `job` in RUN/slurm/restarts.json (durably, before anything else is done), and how many
/// of its restarts in a row found the run where the start before had found it. Another job begins a new count.
/// @return restarts in a row without progress
/// @throws Error(missing_resource) if they are more than `limit`
int count_start(const RunPaths& run, const std::string& job, int limit);

}  // namespace genloss::orchestrator
