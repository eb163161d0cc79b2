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

/// "950 B", "21.3 kB", "4.1 GB": powers of 1000, as disks are sold.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

}  // namespace genloss::orchestrator::plan
