#include "workers/training/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace genloss::workers {

std::uint64_t training_steps(const jobs::TrainingSection& training, std::uint64_t context, std::uint64_t units) {
  const auto batch = static_cast<double>(training.batch);
  const double amount = training.budget.unit == jobs::Budget::Unit::tokens
                            ? training.budget.amount / (batch * static_cast<double>(context))
                            : training.budget.amount * static_cast<double>(units) / batch;
  return static_cast<std::uint64_t>(std::max(1.0, std::ceil(amount)));
}

double learning_rate(const jobs::TrainingSection& training, std::uint64_t step, std::uint64_t steps) {
  const double warmup = std::ceil(training.warmup_fraction * static_cast<double>(steps));
  const auto at = static_cast<double>(step);
  if (at < warmup) return training.learning_rate * (at + 1) / warmup;
  const double done = (at - warmup) / std::max(1.0, static_cast<double>(steps) - warmup);
  const double low = training.final_learning_rate_ratio;
  return training.learning_rate * (low + (1 - low) * 0.5 * (1 + std::cos(std::numbers::pi * done)));
}

}  // namespace genloss::workers
