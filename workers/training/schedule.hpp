#pragma once
// How long to train, and how fast at each step.

#include <cstdint>

#include "jobs/study_spec.hpp"

namespace genloss::workers {

/// Steps a budget buys: tokens / (batch x context), or passes over a mix of `units` windows; rounded up, at least 1.
[[nodiscard]] std::uint64_t training_steps(const jobs::TrainingSection& training, std::uint64_t context,
                                           std::uint64_t units);

/// Learning rate of step `step` (from 0): linear warm-up over warmup_fraction of the steps, then half a cosine down to
/// final_learning_rate_ratio (Loshchilov & Hutter 2017, eq. 5, one period).
[[nodiscard]] double learning_rate(const jobs::TrainingSection& training, std::uint64_t step, std::uint64_t steps);

}  // namespace genloss::workers
