#include "workers/kernels/cross_entropy.hpp"

#include <algorithm>
#include <cmath>

#include "workers/kernels/clones.hpp"
#include "workers/kernels/parallel.hpp"
#include "workers/kernels/vector.hpp"

namespace genloss::workers::kernels {
namespace {

constexpr float lowest = -3.0e38F;

GENLOSS_CLONES float row(float* scores, std::size_t size, std::size_t target, float scale) {
  Floats peaks = lowest - Floats{};
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) peaks = larger(peaks, load(scores + i));
  if (i < size) peaks = larger(peaks, load_part(scores + i, size - i, lowest));
  const float peak = largest(peaks);
  const float target_score = scores[target] - peak;

  Floats sums{};
  for (i = 0; i + lanes <= size; i += lanes) {
    const Floats e = exp(load(scores + i) - peak);
    store(scores + i, e);
    sums += e;
  }
  if (i < size) {
    const Floats e = exp(load_part(scores + i, size - i, lowest) - peak);
    store_part(scores + i, e, size - i);
    sums += e;
  }
  const float total = sum(sums);
  const float factor = scale / total;
  for (i = 0; i < size; ++i) scores[i] *= factor;
  scores[target] -= scale;
  return std::log(total) - target_score;
}

constexpr std::size_t rows_at_once = 16;

}  // namespace

void cross_entropy(const Matrix& scores, std::span<const std::int32_t> targets, float scale, std::span<float> losses) {
  parallel((scores.rows + rows_at_once - 1) / rows_at_once, [&](std::size_t block) {
    const std::size_t end = std::min(scores.rows, (block + 1) * rows_at_once);
    for (std::size_t r = block * rows_at_once; r < end; ++r) {
      losses[r] = row(scores.at(r, 0), scores.columns, static_cast<std::size_t>(targets[r]), scale);
    }
  });
}

}  // namespace genloss::workers::kernels
