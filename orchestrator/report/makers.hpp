#pragma once
// What made the artefacts of a run, for people.

#include <string>

#include <nlohmann/json.hpp>

#include "orchestrator/directory/run_paths.hpp"

namespace genloss::orchestrator {

/// A row per artefact that says what made it. @throws Error(bad_data) if a made-by.json is damaged
[[nodiscard]] std::string makers_table(const RunPaths& run);
/// The same for scripts: artefact -> content of its made-by.json.
[[nodiscard]] nlohmann::ordered_json makers_json(const RunPaths& run);

}  // namespace genloss::orchestrator
