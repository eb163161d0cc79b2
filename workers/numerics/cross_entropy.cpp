#include "workers/numerics/cross_entropy.hpp"

#include "workers/numerics/kernels.hpp"
#include "workers/numerics/parallel.hpp"

namespace genloss::workers::numerics {

void cross_entropy(const Matrix& scores, std::span<const std::int32_t> targets, std::span<const float> scales,
                   float surest, std::span<float> losses) {
  parallel_blocks(scores.rows, 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      losses[r] = kernels().cross_entropy_row(scores.at(r, 0), scores.columns, targets[r], scales[r], surest);
    }
  });
}

}  // namespace genloss::workers::numerics
