#pragma once
#include <cstddef>
#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

namespace genloss::workers::cuda {

/// Takes each parameter's gradient out of a backward pass as soon as it is complete, while the pass goes on: so
/// gradients need no memory of their own, and their reduction can begin early.
class GradientTap {
 public:
  /// Called from the thread that LibTorch runs the pass on, with that thread's stream; once per parameter and pass.
  using Take = std::function<void(std::size_t parameter, const at::Tensor& gradient)>;
  GradientTap(std::vector<at::Tensor> parameters, Take take);
  ~GradientTap();
  GradientTap(const GradientTap&) = delete;
  GradientTap& operator=(const GradientTap&) = delete;

 private:
  std::vector<at::Tensor> parameters_;
  Take take_;
};

}  // namespace genloss::workers::cuda
