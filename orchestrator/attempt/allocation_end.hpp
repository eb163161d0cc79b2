#pragma once
// When the batch system will end this job, asked once.

#include <optional>

namespace genloss::orchestrator {

/// Asks, on the process that will be rank 0. To be called before MPI starts: a child process may be needed for it.
void ask_allocation_end();
/// Seconds left now. Nothing on other ranks, without a limit, or if nobody answered.
[[nodiscard]] std::optional<double> seconds_left();

}  // namespace genloss::orchestrator
