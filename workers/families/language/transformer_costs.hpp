#pragma once
// What training, sampling and scoring a transformer costs: by arithmetic, and measured.

#include "jobs/study_spec.hpp"
#include "workers/costs/model_costs.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::workers {

[[nodiscard]] ModelCosts transformer_costs(const jobs::StudySpec& spec, int ranks);
/// Tokens trained on and drawn here per second.
[[nodiscard]] MeasuredSpeeds transformer_speeds(const jobs::StudySpec& spec);
[[nodiscard]] RoughWork transformer_work(const jobs::StudySpec& spec);
/// tokenizer.json and tokenizer_config.json
[[nodiscard]] std::uint64_t tokenizer_bytes(int vocabulary);

}  // namespace genloss::workers
