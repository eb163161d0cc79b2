#include "workers/cuda/gradient_tap.hpp"

#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <memory>

namespace genloss::workers::cuda {
namespace {

class Hook final : public torch::autograd::PostAccumulateGradHook {
 public:
  Hook(const GradientTap::Take& take, std::size_t parameter) : take_(take), parameter_(parameter) {}
  void operator()(const at::Tensor& parameter) override {
    take_(parameter_, parameter.grad());
    parameter.mutable_grad().reset();
  }

 private:
  const GradientTap::Take& take_;
  std::size_t parameter_;
};

}  // namespace

GradientTap::GradientTap(std::vector<at::Tensor> parameters, Take take)
    : parameters_(std::move(parameters)), take_(std::move(take)) {
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    torch::autograd::impl::set_post_acc_grad_hooks(parameters_[p], std::make_unique<Hook>(take_, p));
  }
}

GradientTap::~GradientTap() {
  for (const at::Tensor& parameter : parameters_) torch::autograd::impl::set_post_acc_grad_hooks(parameter, nullptr);
}

}  // namespace genloss::workers::cuda
