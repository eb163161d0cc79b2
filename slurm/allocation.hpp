#pragma once
// The allocation this process runs in, read from the environment once. Outside Slurm everything is empty.

#include <optional>
#include <string>

namespace genloss::slurm {

struct Allocation {
  std::string job;           ///< job id, empty outside Slurm
  int restarts = 0;          ///< how often Slurm has requeued this job
  std::optional<int> tasks;  ///< ranks Slurm was asked for
};

[[nodiscard]] Allocation current_allocation();

/// srun with an MPI that it does not know starts N programs of one rank each, silently; each would run the whole study.
/// @throws Error(missing_resource) if `world_size` differs from the number of tasks Slurm was asked for
void check_world_size(const Allocation& allocation, int world_size);

/// Names one start of the program: "job-1234-restart-1", or "pid-<pid>-<time>" outside Slurm. For temporary names and
/// logs; it differs from every other start, and never enters a result.
[[nodiscard]] std::string attempt_name(const Allocation& allocation);

}  // namespace genloss::slurm
