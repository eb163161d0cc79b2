// Elementary functions over their whole domain against double precision. Runs once per instruction set, which
// GENLOSS_INSTRUCTIONS forces.
#include <cfloat>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "tests/workers/numerics/forced.hpp"

namespace genloss::workers::numerics {
namespace {

using Exact = std::function<double(double)>;
struct Bound {
  double ulp = 0;       ///< allowed, in units in the last place of the exact result
  double absolute = 0;  ///< or so much, where that is more
};

/// [-200, 200] in uneven steps, every boundary of the implementation, and small numbers of both signs.
std::vector<float> arguments() {
  std::vector<float> all{0.0F, -0.0F, FLT_MIN, -FLT_MIN, 1e-40F, -1e-40F, FLT_TRUE_MIN, -FLT_TRUE_MIN, 1e-8F, -1e-8F};
  for (int i = -400'000; i <= 400'000; ++i) all.push_back(static_cast<float>(i) * 4.99999e-4F);
  for (const float edge :
       {-103.9F, -87.33654F, -88.72283F, 88.72283F, -20.0F, 20.0F, -10.1F, -13.0F, -90.0F, -177.4F}) {
    float below = edge, above = edge;
    for (int i = 0; i < 50; ++i) {
      all.push_back(below);
      all.push_back(above);
      below = std::nextafter(below, -INFINITY);
      above = std::nextafter(above, INFINITY);
    }
  }
  return all;
}

double ulp_of(double exact) {
  const double size = std::max(std::abs(exact), static_cast<double>(FLT_MIN));
  return std::ldexp(1.0, std::ilogb(size) - 23);
}

void sweep(const char* name, Kernels::Map function, const Exact& exact, Bound bound) {
  const std::vector<float> x = arguments();
  std::vector<float> y(x.size());
  function(x.data(), y.data(), x.size());
  double worst = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double wanted = exact(x[i]);
    double excess = 0;
    if (std::abs(wanted) > FLT_MAX) {
      excess = std::isinf(y[i]) && (y[i] > 0) == (wanted > 0) ? 0 : INFINITY;
    } else {
      const double error = std::abs(static_cast<double>(y[i]) - wanted);
      // below the smallest normal number, 0 is as good
      excess = std::abs(wanted) < FLT_MIN && error <= FLT_MIN
                   ? 0
                   : error / std::max(bound.ulp * ulp_of(wanted), bound.absolute);
      if (!std::isfinite(y[i])) excess = INFINITY;
    }
    if (excess > worst) {
      worst = excess;
      at = i;
    }
  }
  EXPECT_LE(worst, 1) << name << " at " << x[at] << " is " << y[at] << ", exactly " << exact(x[at]);
  testing::Test::RecordProperty(name, std::to_string(worst));
}

float at(Kernels::Map function, float x) {
  float y = 0;
  function(&x, &y, 1);
  return y;
}

double sigmoid(double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }
double gate(double x) { return sigmoid(2 * std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)); }
double gelu_slope(double x) {
  const double s = gate(x);
  return s + x * s * (1 - s) * 2 * std::sqrt(2 / std::numbers::pi) * (1 + 3 * 0.044715 * x * x);
}
double silu_slope(double x) { return sigmoid(x) * (1 + x * (1 - sigmoid(x))); }

}  // namespace

TEST(numerics_sweep, elementary_functions_keep_their_bounds_over_the_whole_domain) {
  GENLOSS_FORCED_KERNELS(k);
  sweep("exp", k->exp, [](double x) { return std::exp(x); }, {2, 0});
  sweep("sigmoid", k->sigmoid, sigmoid, {3, 2e-38});
  sweep("silu", k->silu, [](double x) { return x * sigmoid(x); }, {4, 2e-36});
  sweep("gelu", k->gelu, [](double x) { return x * gate(x); }, {4, 0x1p-23});
  sweep("silu_slope", k->silu_slope, silu_slope, {0, 0x1p-22});
  sweep("gelu_slope", k->gelu_slope, gelu_slope, {0, 0x1p-21});
}

TEST(numerics_sweep, far_below_zero_activations_and_their_slopes_vanish) {
  GENLOSS_FORCED_KERNELS(k);
  for (const float x : {-10.1F, -13.0F, -50.0F, -90.0F, -177.4F, -200.0F, -1e30F, -INFINITY}) {
    EXPECT_NEAR(at(k->gelu, x), 0, 1e-6) << x;
    EXPECT_NEAR(at(k->gelu_slope, x), 0, 1e-6) << x;
    if (x > -50) continue;
    EXPECT_NEAR(at(k->silu, x), 0, 1e-6) << x;
    EXPECT_NEAR(at(k->silu_slope, x), 0, 1e-6) << x;
    EXPECT_NEAR(at(k->sigmoid, x), 0, 1e-6) << x;
  }
}

TEST(numerics_sweep, infinities_and_nan_come_out_as_mathematics_has_them) {
  GENLOSS_FORCED_KERNELS(k);
  EXPECT_EQ(at(k->exp, INFINITY), INFINITY);
  EXPECT_EQ(at(k->exp, -INFINITY), 0);
  EXPECT_EQ(at(k->sigmoid, INFINITY), 1);
  EXPECT_NEAR(at(k->sigmoid, -INFINITY), 0, 2e-38);
  EXPECT_EQ(at(k->silu, INFINITY), INFINITY);
  EXPECT_EQ(at(k->gelu, INFINITY), INFINITY);
  EXPECT_EQ(at(k->silu_slope, INFINITY), 1);
  EXPECT_EQ(at(k->gelu_slope, INFINITY), 1);
  for (const auto function : {k->exp, k->sigmoid, k->silu, k->gelu, k->silu_slope, k->gelu_slope}) {
    EXPECT_TRUE(std::isnan(at(function, std::numeric_limits<float>::quiet_NaN())));
  }
}

TEST(numerics_sweep, a_value_does_not_depend_on_its_place_in_a_vector) {
  GENLOSS_FORCED_KERNELS(k);
  for (const auto function : {k->exp, k->sigmoid, k->silu, k->gelu, k->silu_slope, k->gelu_slope}) {
    std::vector<float> x(37), y(37);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.37F * static_cast<float>(i) - 6;
    function(x.data(), y.data(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(y[i], at(function, x[i])) << i;
  }
}

TEST(numerics_sweep, training_and_sampling_share_their_activations) {
  GENLOSS_FORCED_KERNELS(k);
  std::vector<float> h(83), bias(83), act(83), alone(83);
  for (std::size_t i = 0; i < h.size(); ++i) h[i] = 0.5F * static_cast<float>(i) - 21;
  k->gelu(h.data(), alone.data(), h.size());
  k->gelu_row(h.data(), bias.data(), act.data(), h.size());
  EXPECT_EQ(act, alone);
  std::vector<float> ones(83, 1.0F);
  k->silu(h.data(), alone.data(), h.size());
  k->swiglu_row(h.data(), ones.data(), act.data(), h.size());
  EXPECT_EQ(act, alone);
}

}  // namespace genloss::workers::numerics
