#pragma once
// What lies in a run besides artefacts.

#include <vector>

#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/verify/finding.hpp"

namespace genloss::orchestrator {

/// Entries of a run directory, its chains and their generations that nothing of a run is called.
[[nodiscard]] std::vector<FileFault> unknown_entries(const std::vector<RunPaths>& chains);

}  // namespace genloss::orchestrator
