#pragma once
#include <cstdint>
#include <span>

#include "workers/kernels/matrix.hpp"

namespace genloss::workers::kernels {

/// Per row: losses[r] = -log softmax(scores)[target] (nats), and the scores are replaced by
/// scale * (softmax(scores) - onehot(target)), their gradient. In parallel over rows.
void cross_entropy(const Matrix& scores, std::span<const std::int32_t> targets, float scale, std::span<float> losses);

}  // namespace genloss::workers::kernels
