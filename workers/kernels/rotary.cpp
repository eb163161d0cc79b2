#include "workers/kernels/rotary.hpp"

#include <algorithm>
#include <cmath>

#include "workers/kernels/clones.hpp"
#include "workers/kernels/parallel.hpp"

namespace genloss::workers::kernels {
namespace {

GENLOSS_CLONES void turn_head(float* x, const float* cosines, const float* sines, float sign, std::size_t half) {
  for (std::size_t i = 0; i < half; ++i) {
    const float a = x[i], b = x[i + half], sine = sign * sines[i];
    x[i] = a * cosines[i] - b * sine;
    x[i + half] = b * cosines[i] + a * sine;
  }
}

}  // namespace

Rotary::Rotary(std::size_t positions, std::size_t head_size, double theta)
    : positions_(positions), half_(head_size / 2), cosines_(positions * half_), sines_(positions * half_) {
  for (std::size_t t = 0; t < positions; ++t) {
    for (std::size_t i = 0; i < half_; ++i) {
      const double power = -2.0 * static_cast<double>(i) / static_cast<double>(head_size);
      const double angle = static_cast<double>(t) * std::pow(theta, power);
      cosines_[t * half_ + i] = static_cast<float>(std::cos(angle));
      sines_[t * half_ + i] = static_cast<float>(std::sin(angle));
    }
  }
}

void Rotary::turn(const Matrix& x, bool back) const {
  constexpr std::size_t rows_at_once = 32;
  parallel((x.rows + rows_at_once - 1) / rows_at_once, [&](std::size_t block) {
    const std::size_t end = std::min(x.rows, (block + 1) * rows_at_once);
    for (std::size_t r = block * rows_at_once; r < end; ++r) {
      const std::size_t angles = r % positions_ * half_;
      for (std::size_t h = 0; h + 2 * half_ <= x.columns; h += 2 * half_) {
        turn_head(x.at(r, h), cosines_.data() + angles, sines_.data() + angles, back ? -1.0F : 1.0F, half_);
      }
    }
  });
}

}  // namespace genloss::workers::kernels
