#pragma once
// The allocation this process runs in, read from the environment once. Outside Slurm everything is empty.

#include <optional>
#include <string>

namespace genloss::slurm {

struct Allocation {
  std::string job;          ///< job id (of an array: the element's own), empty outside Slurm
  int restarts = 0;         ///< how often Slurm has requeued this job
  std::optional<int> step;  ///< number of the srun that started this process; empty in a batch script or salloc's shell
  std::optional<int> tasks;  ///< ranks Slurm was asked for; empty where mpirun counts them

  /// An earlier start of the same job may have left processes behind, e.g. on a node that was cut off.
  [[nodiscard]] bool has_predecessors() const noexcept { return restarts > 0 || step.value_or(0) > 0; }
};

[[nodiscard]] Allocation current_allocation();

/// srun with an MPI that it does not know starts N programs of one rank each, silently; each would run the whole study.
/// @throws Error(missing_resource) if `world_size` differs from the number of tasks Slurm was asked for
void check_world_size(const Allocation& allocation, int world_size);

/// Names one start of the program: "job-1234-restart-1-step-0", or "pid-<pid>-<time>" outside Slurm. For temporary
/// names and logs; it differs from every other start, and never enters a result.
[[nodiscard]] std::string attempt_name(const Allocation& allocation);

/// True on the process that will be rank 0, as far as the launcher's environment tells before MPI is started.
[[nodiscard]] bool starts_as_first_rank();

}  // namespace genloss::slurm
