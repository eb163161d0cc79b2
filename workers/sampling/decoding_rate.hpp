#pragma once
#include "jobs/study_spec.hpp"
#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

/// Tokens per second that one rank draws for this study, halfway through samples of full length, measured for about
/// half a second. Of a model too large for that, fewer layers and rows are run. Local.
[[nodiscard]] double measure_sampling_rate(const Architecture& architecture, const jobs::StudySpec& spec);

}  // namespace genloss::workers
