#pragma once
#include <memory>

#include "workers/network/network.hpp"

namespace genloss::workers {

/// Any network's pass by its operators and LibTorch's automatic differentiation: the reference. One lane at a time.
/// @param flat the parameters
[[nodiscard]] std::unique_ptr<LanePass> make_autograd_pass(const Network& network, float* flat);

}  // namespace genloss::workers
