#pragma once
#include <ATen/core/Tensor.h>

#include "comms/communicator.hpp"

namespace genloss::workers::cuda {

/// Euclidean norm of a gradient that lies in slices on several devices; like global_norm() its bits do not depend on
/// the slicing, but they are not global_norm()'s. @param slice float, a multiple of norm_block. Collective; the device
/// has nothing else to do.
[[nodiscard]] double device_norm(const at::Tensor& slice, comms::Communicator& ranks);

}  // namespace genloss::workers::cuda
