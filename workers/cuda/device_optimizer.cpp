#include "workers/cuda/device_optimizer.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

namespace genloss::workers::cuda {

DeviceOptimizer::DeviceOptimizer(const ParameterLayout& layout, const jobs::TrainingSection& training,
                                 std::size_t begin, at::Tensor master)
    : training_(training),
      master_(std::move(master)),
      first_moment_(at::zeros_like(master_)),
      second_moment_(at::zeros_like(master_)),
      steps_(at::zeros({}, master_.options())) {
  const std::size_t end = begin + static_cast<std::size_t>(master_.numel());
  for (const ParameterInfo& p : layout.parameters()) {
    const std::size_t from = std::max(begin, p.offset), to = std::min(end, p.offset + p.count);
    if (from >= to) continue;
    runs_.push_back({static_cast<std::int64_t>(from - begin), static_cast<std::int64_t>(to - from), p.decayed});
  }
}

void DeviceOptimizer::step(const at::Tensor& gradient, std::uint64_t step, double learning_rate,
                           double gradient_scale) {
  if (gradient_scale != 1) gradient.mul_(gradient_scale);
  steps_.fill_(static_cast<double>(step));
  step_runs(true, gradient, learning_rate);
  step_runs(false, gradient, learning_rate);
}

void DeviceOptimizer::step_runs(bool decayed, const at::Tensor& gradient, double learning_rate) {
  std::vector<at::Tensor> parameters, gradients, first, second, steps;
  for (const Run& run : runs_) {
    if (run.decayed != decayed) continue;
    parameters.push_back(master_.narrow(0, run.begin, run.count));
    gradients.push_back(gradient.narrow(0, run.begin, run.count));
    first.push_back(first_moment_.narrow(0, run.begin, run.count));
    second.push_back(second_moment_.narrow(0, run.begin, run.count));
    steps.push_back(steps_);
  }
  if (parameters.empty()) return;
  at::_fused_adamw_(parameters, gradients, first, second, {}, steps, learning_rate, training_.beta1, training_.beta2,
                    decayed ? training_.weight_decay : 0.0, training_.epsilon, /*amsgrad=*/false, /*maximize=*/false);
}

}  // namespace genloss::workers::cuda
