#pragma once
#include <ATen/core/Tensor.h>

#include <functional>

namespace genloss::workers::cuda {

/// What LibTorch computes on. The files of this folder are written for any device; those of plugin/ for GPUs.
struct TorchDevice {
  at::Device device = at::kCPU;
  /// A copy of a host tensor on the device. The tensor may change as soon as this returns.
  std::function<at::Tensor(const at::Tensor&)> upload = [](const at::Tensor& host) { return host.clone(); };
  /// Gives something to be called in place of `work`, which does the same to the same tensors each time and looks at
  /// none of their values: a device may capture it in one call and only launch it in later ones. The bits are the same.
  std::function<std::function<void()>(std::function<void()> work)> capture = [](std::function<void()> work) {
    return work;
  };
};

}  // namespace genloss::workers::cuda
