#pragma once
#include <memory>

#include "workers/network/lane_pass.hpp"
#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

/// A transformer's pass by hand: the products in tiles with what follows them fused, over buffers allocated once. A
/// unit is int32 [context + 1]: tokens and, one further, their targets; marked ones (passage.hpp) are none.
/// @param flat the parameters @param truncated as training.truncated: tokens that the model gives a probability above
/// it have no loss (truncated cross-entropy: ForTIFAI 2025); 0: all have
[[nodiscard]] std::unique_ptr<LanePass> make_fused_pass(const Architecture& architecture, const float* flat,
                                                        double truncated = 0);

}  // namespace genloss::workers
