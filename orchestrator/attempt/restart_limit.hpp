#pragma once
// A job that is restarted again and again without getting anywhere has to end some time.

#include <string>

#include "orchestrator/directory/run_paths.hpp"

namespace genloss::orchestrator {

/// How far a run has come, in words: "generation 1 TRAINING, checkpoint of step 200". It differs whenever something was
/// sealed that a restart need not do again, and reads the disk only (cheap: two folders, one file).
[[nodiscard]] std::string progress_mark(const RunPaths& run);

/// One start of a batch job, as RUN/slurm/restarts.json counts it.
struct Start {
  std::string mark;           ///< progress_mark() at this start
  int stalled = 0;            ///< restarts in a row, up to this one, that found the run where the start before had
  bool moved_before = false;  ///< an earlier start of this job has made progress
};

/// Counts one start of batch job `job` (durably, before anything else is done). Another job begins a new count.
/// @throws Error(missing_resource) if more than `limit` restarts in a row were without progress
Start count_start(const RunPaths& run, const std::string& job, int limit);

}  // namespace genloss::orchestrator
