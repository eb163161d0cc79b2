#pragma once
#include <ATen/core/Tensor.h>

#include <functional>

namespace genloss::workers::cuda {

/// What LibTorch computes on. The files of this folder are written for any device; those of plugin/ for GPUs.
struct TorchDevice {
  at::Device device = at::kCPU;
  /// A copy of a host tensor on the device. The tensor may change as soon as this returns.
  std::function<at::Tensor(const at::Tensor&)> upload = [](const at::Tensor& host) { return host.clone(); };
};

}  // namespace genloss::workers::cuda
