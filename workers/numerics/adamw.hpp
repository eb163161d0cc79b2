#pragma once
#include <span>

namespace genloss::workers::numerics {

/// One AdamW step as numbers: with g the scaled gradient, m and v the moments,
///   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,
///   p = keep p - step_size m / (sqrt(v) inverse_root_correction + epsilon).
struct AdamW {
  float gradient_scale = 1, beta1 = 0.9F, beta2 = 0.95F, epsilon = 1e-8F;
  float keep = 1;                     ///< 1 - learning rate x weight decay
  float step_size = 0;                ///< learning rate / (1 - beta1^t)
  float inverse_root_correction = 1;  ///< 1 / sqrt(1 - beta2^t)
};
/// All spans are of one size. In parallel.
void adamw(const AdamW& rule, std::span<float> parameters, std::span<const float> gradients,
           std::span<float> first_moment, std::span<float> second_moment);

}  // namespace genloss::workers::numerics
