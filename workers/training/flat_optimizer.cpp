#include "workers/training/flat_optimizer.hpp"

#include <algorithm>
#include <cmath>

#include "workers/numerics/adamw.hpp"

namespace genloss::workers {

FlatOptimizer::FlatOptimizer(const ParameterLayout& layout, const jobs::TrainingSection& training, std::size_t begin,
                             std::size_t count)
    : training_(training), first_moment_(count), second_moment_(count) {
  for (const ParameterInfo& p : layout.parameters()) {
    const std::size_t from = std::max(begin, p.offset), to = std::min(begin + count, p.offset + p.count);
    if (from < to) runs_.push_back({from - begin, to - begin, p.decayed});
  }
}

void FlatOptimizer::step(std::span<float> parameters, std::span<const float> gradients, std::uint64_t step,
                         double learning_rate, double gradient_scale) {
  const auto t = static_cast<double>(step);
  numerics::AdamW rule;
  rule.gradient_scale = static_cast<float>(gradient_scale);
  rule.beta1 = static_cast<float>(training_.beta1);
  rule.beta2 = static_cast<float>(training_.beta2);
  rule.epsilon = static_cast<float>(training_.epsilon);
  rule.step_size = static_cast<float>(learning_rate / (1 - std::pow(training_.beta1, t)));
  rule.inverse_root_correction = static_cast<float>(1 / std::sqrt(1 - std::pow(training_.beta2, t)));
  for (const Run& run : runs_) {
    rule.keep = run.decayed ? static_cast<float>(1 - learning_rate * training_.weight_decay) : 1.0F;
    const std::size_t n = run.end - run.begin;
    numerics::adamw(rule, parameters.subspan(run.begin, n), gradients.subspan(run.begin, n),
                    first_moment_.values().subspan(run.begin, n), second_moment_.values().subspan(run.begin, n));
  }
}

}  // namespace genloss::workers
