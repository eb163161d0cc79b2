#pragma once
// The chains of a run directory, for whoever reads it.

#include <filesystem>
#include <vector>

#include "orchestrator/directory/run_paths.hpp"

namespace genloss::orchestrator {

/// Folders of all chains of a run, in the order of its study; of RUN/ARM/seed-S, of that chain alone. Folders need not
/// be there yet.
/// @throws Error(bad_data) if `directory` holds no study
[[nodiscard]] std::vector<RunPaths> chains_of_run(const std::filesystem::path& directory);

/// Arm of a chain: "control" of "control seed 7"; empty if its study names none.
[[nodiscard]] std::string arm_of(const RunPaths& chain);

/// The one chain of a run or of RUN/ARM/seed-S. @param operation and `directory` name it in the error
/// @throws Error(usage) naming the chains if there are several
[[nodiscard]] RunPaths only_chain_of(const std::filesystem::path& directory, std::string_view operation);

}  // namespace genloss::orchestrator
