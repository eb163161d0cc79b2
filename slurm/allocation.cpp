#include "slurm/allocation.hpp"

#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <string_view>

#include "jobs/error.hpp"

namespace genloss::slurm {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read once, before any thread
  return value != nullptr ? value : "";
}

std::optional<int> number(const char* name) {
  const std::string text = variable(name);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Allocation current_allocation() {
  return {variable("SLURM_JOB_ID"), number("SLURM_RESTART_COUNT").value_or(0), number("SLURM_NTASKS")};
}

void check_world_size(const Allocation& allocation, int world_size) {
  if (!allocation.tasks || *allocation.tasks == world_size) return;
  throw Error(ExitCode::missing_resource, "join", "the world of ranks",
              "Slurm was asked for " + std::to_string(*allocation.tasks) + " tasks (SLURM_NTASKS), but MPI sees " +
                  std::to_string(world_size) + (world_size == 1 ? " rank" : " ranks"),
              "start with `srun --mpi=pmix` (srun --mpi=list shows what this Slurm can do); for fewer ranks on purpose "
              "inside an allocation: `SLURM_NTASKS=" +
                  std::to_string(world_size) + " mpirun -n " + std::to_string(world_size) + " genloss ...`");
}

std::string attempt_name(const Allocation& allocation) {
  if (!allocation.job.empty()) return "job-" + allocation.job + "-restart-" + std::to_string(allocation.restarts);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return "pid-" + std::to_string(::getpid()) + "-" +
         std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace genloss::slurm
