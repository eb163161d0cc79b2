#pragma once
// The links of a chain: each leads to the artefact of the store whose recipe the study gives.

#include "jobs/study_spec.hpp"
#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/repair/bench.hpp"
#include "orchestrator/store/store.hpp"
#include "orchestrator/verify/lineage.hpp"

namespace genloss::orchestrator {

/// Sets links that are missing, lead nowhere, or to another artefact, as far as the store has what they should lead to.
/// What is no link (a copy of a run) is left alone.
void repair_view(const RunPaths& chain, const jobs::StudySpec& spec, const workers::numerics::NumericsKey& numerics,
                 Families& families, Bench& bench);

}  // namespace genloss::orchestrator
