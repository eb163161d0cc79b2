#pragma once
// How long this allocation still lasts.

#include <chrono>
#include <optional>

#include "slurm/allocation.hpp"

namespace genloss::slurm {

/// Wall time left, from the environment where Slurm writes the job's end there (23.02 and later), else asked of
/// `squeue`, which may take up to `timeout`. Nothing outside Slurm, without a limit, or when nobody answers: that is no
/// error, the run then goes on until it is told to stop. To be called before MPI starts (see run_tool).
[[nodiscard]] std::optional<std::chrono::seconds> time_left(
    const Allocation& allocation, std::chrono::milliseconds timeout = std::chrono::seconds(10));

}  // namespace genloss::slurm
