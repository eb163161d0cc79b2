#pragma once
#include <cstdint>
#include <span>

#include "workers/numerics/matrix.hpp"

namespace genloss::workers::numerics {

/// Per row: losses[r] = -log softmax(scores)[target] (nats), and the scores are replaced by
/// scales[r] * (softmax(scores) - onehot(target)), the gradient of scales[r] times the loss.
/// A target below 0 is none: its loss and its gradient are 0; so are those of a target whose probability is above
/// `surest` (1: none is). In parallel over rows.
void cross_entropy(const Matrix& scores, std::span<const std::int32_t> targets, std::span<const float> scales,
                   float surest, std::span<float> losses);

}  // namespace genloss::workers::numerics
