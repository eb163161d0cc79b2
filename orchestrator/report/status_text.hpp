#pragma once
// A run's status for people and for scripts.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "orchestrator/report/run_status.hpp"

namespace genloss::orchestrator {

[[nodiscard]] nlohmann::ordered_json to_json(const RunStatus& status);
/// A paragraph on one run.
[[nodiscard]] std::string to_text(const RunStatus& status);
/// A line per run, under a head; errors and silences below.
[[nodiscard]] std::string to_table(const std::vector<RunStatus>& statuses);

}  // namespace genloss::orchestrator
