#pragma once
// AdamW over this rank's slice of the flat parameters, on a device (ZeRO stage 1: Rajbhandari et al. 2020).

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "jobs/study_spec.hpp"
#include "workers/network/parameters.hpp"

namespace genloss::workers::cuda {

/// The rule of FlatOptimizer by LibTorch's fused kernel; element by element.
class DeviceOptimizer {
 public:
  /// @param begin first element of the slice in the flat buffer @param master float [slice]: the parameters it updates
  DeviceOptimizer(const ParameterLayout& layout, const jobs::TrainingSection& training, std::size_t begin,
                  at::Tensor master);

  /// @param gradient float [slice]; is scaled in place @param step from 1
  void step(const at::Tensor& gradient, std::uint64_t step, double learning_rate, double gradient_scale);

  [[nodiscard]] const at::Tensor& master() const noexcept { return master_; }
  [[nodiscard]] const at::Tensor& first_moment() const noexcept { return first_moment_; }
  [[nodiscard]] const at::Tensor& second_moment() const noexcept { return second_moment_; }

 private:
  /// A stretch of the slice with one kind of decay.
  struct Run {
    std::int64_t begin = 0, count = 0;
    bool decayed = false;
  };
  void step_runs(bool decayed, const at::Tensor& gradient, double learning_rate);

  jobs::TrainingSection training_;
  std::vector<Run> runs_;
  at::Tensor master_, first_moment_, second_moment_, steps_;
};

}  // namespace genloss::workers::cuda
