#pragma once
// What workers/families/gaussian allocates, computes and sends: by arithmetic, and measured.

#include "jobs/study_spec.hpp"
#include "workers/costs/model_costs.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::workers {

[[nodiscard]] ModelCosts gaussian_costs(const jobs::StudySpec& spec, int ranks);
/// Numbers of the true distribution drawn here per second, and units of samples trained on.
[[nodiscard]] MeasuredSpeeds gaussian_speeds(const jobs::StudySpec& spec);

}  // namespace genloss::workers
