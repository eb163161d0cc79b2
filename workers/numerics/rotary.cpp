#include "workers/numerics/rotary.hpp"

#include <cmath>

#include "workers/numerics/kernels.hpp"
#include "workers/numerics/parallel.hpp"

namespace genloss::workers::numerics {
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
  parallel_blocks(x.rows, 32, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) turn_row(x.at(r, 0), x.columns / (2 * half_), r % positions_, back);
  });
}

void Rotary::turn_row(float* heads, std::size_t count, std::size_t position, bool back) const {
  const std::size_t angles = position * half_;
  for (std::size_t h = 0; h < count; ++h) {
    kernels().rotate_row(heads + 2 * half_ * h, cosines_.data() + angles, sines_.data() + angles, back ? -1.0F : 1.0F,
                         half_);
  }
}

}  // namespace genloss::workers::numerics
