#include "slurm/allocation.hpp"

#include <unistd.h>

#include <chrono>

#include "jobs/error.hpp"
#include "slurm/environment.hpp"

namespace genloss::slurm {
namespace {

std::optional<int> number(const char* name) { return whole_number<int>(variable(name)); }

/// mpirun inside an allocation starts the ranks it was told to start; its daemons are tasks of Slurm, its ranks are
/// not.
bool under_mpirun() { return !variable("OMPI_COMM_WORLD_SIZE").empty(); }

std::optional<int> tasks() {
  if (under_mpirun()) return std::nullopt;
  if (const auto of_step = number("SLURM_STEP_NUM_TASKS")) return of_step;
  return number("SLURM_NTASKS");
}

}  // namespace

Allocation current_allocation() {
  return {variable("SLURM_JOB_ID"), number("SLURM_RESTART_COUNT").value_or(0), number("SLURM_STEP_ID"), tasks()};
}

void check_world_size(const Allocation& allocation, int world_size) {
  if (!allocation.tasks || *allocation.tasks == world_size) return;
  throw Error(ExitCode::missing_resource, "join", "the world of ranks",
              "Slurm was asked for " + std::to_string(*allocation.tasks) + " tasks (" +
                  (allocation.step ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS") + "), but MPI sees " +
                  std::to_string(world_size) + (world_size == 1 ? " rank" : " ranks"),
              "start with `srun --mpi=pmix` (`srun --mpi=list` shows what this Slurm can do); for fewer ranks on "
              "purpose: `srun --mpi=pmix -n " +
                  std::to_string(world_size) + " genloss ...`");
}

std::string attempt_name(const Allocation& allocation) {
  if (!allocation.job.empty()) {
    const std::string step = allocation.step ? "-step-" + std::to_string(*allocation.step) : "";
    return "job-" + allocation.job + "-restart-" + std::to_string(allocation.restarts) + step;
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return "pid-" + std::to_string(::getpid()) + "-" +
         std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

bool starts_as_first_rank() {
  for (const char* name : {"PMIX_RANK", "SLURM_PROCID"}) {
    if (const std::string rank = variable(name); !rank.empty()) return rank == "0";
  }
  return true;
}

}  // namespace genloss::slurm
