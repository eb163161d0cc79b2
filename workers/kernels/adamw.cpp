// Square roots here are never of negative numbers; without errno the compiler may use its vector form.
#pragma GCC optimize("no-math-errno")

#include "workers/kernels/adamw.hpp"

#include <cmath>

#include "workers/kernels/clones.hpp"

namespace genloss::workers::kernels {
namespace {

GENLOSS_CLONES void update(AdamW rule, float* __restrict p, const float* __restrict g, float* __restrict m,
                           float* __restrict v, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float gradient = g[i] * rule.gradient_scale;
    m[i] = rule.beta1 * m[i] + (1 - rule.beta1) * gradient;
    v[i] = rule.beta2 * v[i] + (1 - rule.beta2) * (gradient * gradient);
    const float divisor = std::sqrt(v[i]) * rule.inverse_root_correction + rule.epsilon;
    p[i] = rule.keep * p[i] - rule.step_size * (m[i] / divisor);
  }
}

}  // namespace

void adamw(const AdamW& rule, std::span<float> parameters, std::span<const float> gradients,
           std::span<float> first_moment, std::span<float> second_moment) {
  update(rule, parameters.data(), gradients.data(), first_moment.data(), second_moment.data(), parameters.size());
}

}  // namespace genloss::workers::kernels
