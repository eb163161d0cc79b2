#pragma once
// The measures of a chain, generation after generation, as its folder holds them.

#include "orchestrator/directory/run_paths.hpp"
#include "workers/measure.hpp"

namespace genloss::orchestrator {

/// Generations 0 .. `generations` - 1, as far as they are measured on their corpus too.
/// @throws Error(bad_data) if a file is damaged
[[nodiscard]] workers::MeasuredRun measured_chain(const RunPaths& chain, int generations);

}  // namespace genloss::orchestrator
