#pragma once
#include <cstdint>
#include <span>

#include "workers/numerics/matrix.hpp"

namespace genloss::workers::numerics {

/// Per row: losses[r] = -log softmax(scores)[target] (nats), and the scores are replaced by
/// scale * (softmax(scores) - onehot(target)), their gradient.
/// A target below 0 is none: its loss and its gradient are 0. In parallel over rows.
void cross_entropy(const Matrix& scores, std::span<const std::int32_t> targets, float scale, std::span<float> losses);

}  // namespace genloss::workers::numerics
