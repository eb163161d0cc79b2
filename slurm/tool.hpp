#pragma once
// Slurm's own programs (squeue, sbatch), run with a deadline.

#include <chrono>
#include <string>
#include <vector>

namespace genloss::slurm {

struct ToolOutcome {
  bool found = false;      ///< there is such a program
  bool timed_out = false;  ///< it was killed at the deadline
  int exit_code = -1;
  std::string output;  ///< stdout and stderr, without the final line ends
  [[nodiscard]] bool good() const noexcept { return found && !timed_out && exit_code == 0; }
};

/// Runs a program found in PATH, without a shell. Never throws for what the program does. Not to be called after MPI
/// has started: MPI libraries do not bear child processes well.
[[nodiscard]] ToolOutcome run_tool(const std::vector<std::string>& words, std::chrono::milliseconds deadline);

}  // namespace genloss::slurm
