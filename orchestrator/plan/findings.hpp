#pragma once
#include "orchestrator/plan/run_plan.hpp"

namespace genloss::orchestrator::plan {

/// What would go wrong, and what is fine: appends to plan.findings, the gravest first.
void add_findings(RunPlan& plan, const jobs::StudySpec& spec);

}  // namespace genloss::orchestrator::plan
