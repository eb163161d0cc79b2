#pragma once
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "orchestrator/plan/run_plan.hpp"

namespace genloss::orchestrator::plan {

/// For a person: head, a table row per generation, totals, memory of a rank, findings.
[[nodiscard]] std::string to_text(const RunPlan& plan);
/// For scripts: plain numbers of bytes, hours and FLOPs.
[[nodiscard]] nlohmann::ordered_json to_json(const RunPlan& plan);

}  // namespace genloss::orchestrator::plan
