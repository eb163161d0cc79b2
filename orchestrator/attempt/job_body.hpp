#pragma once
// What a submitted job does in its allocation: attempts under srun, and what follows each of them.

#include <filesystem>

#include "slurm/batch_job.hpp"

namespace genloss::orchestrator {

struct JobOrder {
  std::filesystem::path script;  ///< as submitted: the links of a chain are known by it
  slurm::Resources resources;    ///< of a node: tasks, cores, GPUs
  slurm::Point point;            ///< the resolved study and its run directory
  int max_stalled_restarts = 3;
  bool elastic = false;  ///< go on with the other nodes after one is lost
  bool warned = false;   ///< the job was warned before this process could take signals
};

/// To be called in a batch script, before MPI. Says on stdout what happens. The decisions are after_attempt()'s.
/// @return exit code of the job: 0 done; 75 stopped with its state saved, and queued again unless it was cancelled; or
///         that of the attempt
[[nodiscard]] int run_job(const JobOrder& order);

}  // namespace genloss::orchestrator
