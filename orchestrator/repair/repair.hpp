#pragma once
// Repairs what follows from the folders of a run, which hold all truth: its journal, the links of its view, what study
// and numerics key say; and sweeps what dead attempts left.

#include <filesystem>
#include <functional>
#include <string>

#include "jobs/error.hpp"

namespace genloss::orchestrator {

/// Local. @param run run directory @param dry says what would be done, and does nothing
/// @param tell called with a line for everything that is repaired, or cannot be
/// @return done, or bad_data if something cannot be repaired
/// @throws Error(missing_resource) if a living job uses the run; Error(bad_data) if it is none, or its study cannot be
/// read
[[nodiscard]] ExitCode repair(const std::filesystem::path& run, bool dry,
                              const std::function<void(const std::string&)>& tell);

}  // namespace genloss::orchestrator
