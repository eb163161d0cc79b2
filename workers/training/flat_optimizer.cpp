#include "workers/training/flat_optimizer.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "workers/kernels/adamw.hpp"

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
  kernels::AdamW rule;
  rule.gradient_scale = static_cast<float>(gradient_scale);
  rule.beta1 = static_cast<float>(training_.beta1);
  rule.beta2 = static_cast<float>(training_.beta2);
  rule.epsilon = static_cast<float>(training_.epsilon);
  rule.step_size = static_cast<float>(learning_rate / (1 - std::pow(training_.beta1, t)));
  rule.inverse_root_correction = static_cast<float>(1 / std::sqrt(1 - std::pow(training_.beta2, t)));
  for (const Run& run : runs_) {
    rule.keep = run.decayed ? static_cast<float>(1 - learning_rate * training_.weight_decay) : 1.0F;
    const auto grain = std::int64_t{1} << 14;
    at::parallel_for(0, static_cast<std::int64_t>(run.end - run.begin), grain, [&](std::int64_t b, std::int64_t e) {
      const std::size_t from = run.begin + static_cast<std::size_t>(b), n = static_cast<std::size_t>(e - b);
      kernels::adamw(rule, parameters.subspan(from, n), gradients.subspan(from, n),
                     first_moment_.values().subspan(from, n), second_moment_.values().subspan(from, n));
    });
  }
}

}  // namespace genloss::workers
