// The mathematics comes out: chains through the real pieces against closed forms, within 4 standard errors.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/oracles/closed_forms.hpp"
#include "tests/workers/plain/closed_form_chain.hpp"
#include "workers/families/gaussian/gaussian_options.hpp"
#include "workers/measures/statistics/interval.hpp"

namespace {
using namespace genloss;
using namespace genloss::oracles;
using tests::GaussianChain;

constexpr int generations = 6;
constexpr int m = 16;

jobs::StudySpec study(int ddof, int replicates = 4000) {
  jobs::StudySpec spec;
  spec.study.family = "gaussian";
  spec.study.seed = 5;
  spec.parts.of<workers::GaussianOptions>() = {1, replicates, ddof, 0.5, 1.0, 0.0};
  spec.sampling.samples = m;
  spec.sampling.shard_samples = 5;
  spec.measures.confidence = std::erf(std::sqrt(0.5));  // so that intervals are plus and minus one standard error
  return spec;
}

/// Distance of a measure from `expected` in its standard errors.
double errors_from(const std::vector<workers::Measure>& measures, std::string_view name, double expected) {
  const auto* measure = workers::find_measure(measures, name);
  if (measure == nullptr) throw std::runtime_error("no measure " + std::string(name));
  return (measure->value - expected) / (measure->high - measure->value);
}

#define EXPECT_WITHIN_4_ERRORS(measures, name, expected) \
  EXPECT_LT(std::abs(errors_from(measures, name, expected)), 4) << (name) << " after " << n << " fits"

TEST(gaussian_chain, replace_with_unbiased_variance_is_cf1) {
  const auto self = comms::make_self();
  GaussianChain chain(study(1), GaussianChain::Policy::replace, *self);
  const ReplaceUnbiased oracle{m};
  for (int n = 1; n <= generations; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "mean_squared_error", oracle.mean_squared_error(n));
    EXPECT_WITHIN_4_ERRORS(measured, "variance", oracle.variance(n));
    EXPECT_WITHIN_4_ERRORS(measured, "log_variance", oracle.log_variance(n));
    EXPECT_WITHIN_4_ERRORS(measured, "wasserstein2_squared", oracle.wasserstein2_squared(n));
    EXPECT_WITHIN_4_ERRORS(measured, "marginal_variance", oracle.marginal_variance(n));
  }
}

TEST(gaussian_chain, replace_with_maximum_likelihood_is_cf2_and_keeps_its_invariant) {
  const auto self = comms::make_self();
  GaussianChain chain(study(0), GaussianChain::Policy::replace, *self);
  const ReplaceMaximumLikelihood oracle{m};
  for (int n = 1; n <= generations; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "mean_squared_error", oracle.mean_squared_error(n));
    EXPECT_WITHIN_4_ERRORS(measured, "variance", oracle.variance(n));
    EXPECT_WITHIN_4_ERRORS(measured, "log_variance", oracle.log_variance(n));
    EXPECT_WITHIN_4_ERRORS(measured, "wasserstein2_squared", oracle.wasserstein2_squared(n));

    const auto model = workers::load_gaussian(chain.model_folder(n - 1));
    std::vector<double> sums;
    for (std::size_t r = 0; r < model.means.size(); ++r) {
      sums.push_back((model.means[r] - 0.5) * (model.means[r] - 0.5) + model.covariances[r]);
    }
    const auto total = workers::mean_of(sums);
    EXPECT_LT(std::abs(total.mean - 1) / total.standard_error, 4) << "after " << n << " fits";
  }
}

TEST(gaussian_chain, accumulate_with_maximum_likelihood_is_cf5) {
  const auto self = comms::make_self();
  GaussianChain chain(study(0), GaussianChain::Policy::accumulate, *self);
  const AccumulateMaximumLikelihood oracle{m};
  for (int n = 1; n <= generations; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "mean_squared_error", oracle.mean_squared_error(n));
    EXPECT_WITHIN_4_ERRORS(measured, "variance", oracle.variance(n));
  }
}

TEST(gaussian_chain, three_correlated_dimensions_are_cf3) {
  auto spec = study(1, 2000);
  spec.parts.of<workers::GaussianOptions>().dimension = 3;
  spec.parts.of<workers::GaussianOptions>().standard_deviation = 2;
  spec.parts.of<workers::GaussianOptions>().correlation = 0.6;
  const auto self = comms::make_self();
  GaussianChain chain(spec, GaussianChain::Policy::replace, *self);
  const double log_det = 3 * std::log(4) + std::log((1 + 2 * 0.6) * 0.4 * 0.4);
  const ReplaceMultivariate oracle{m, 3, 12, log_det};
  for (int n = 1; n <= generations; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "mean_squared_error", oracle.mean_squared_error(n));
    EXPECT_WITHIN_4_ERRORS(measured, "variance", 4);
    EXPECT_WITHIN_4_ERRORS(measured, "log_variance", oracle.expected_log_determinant(n) / 3);
  }
}

TEST(gaussian_chain, a_hundred_dimensions_are_cf3) {
  constexpr int d = 100, samples = 240;
  auto spec = study(1, 12);
  spec.parts.of<workers::GaussianOptions>().dimension = d;
  spec.parts.of<workers::GaussianOptions>().correlation = 0.2;
  spec.sampling.samples = samples;
  spec.sampling.shard_samples = 80;
  const auto self = comms::make_self();
  GaussianChain chain(spec, GaussianChain::Policy::replace, *self);
  const ReplaceMultivariate oracle{samples, d, d, (d - 1) * std::log(0.8) + std::log(1 + (d - 1) * 0.2)};
  for (int n = 1; n <= 2; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "mean_squared_error", oracle.mean_squared_error(n));
    EXPECT_WITHIN_4_ERRORS(measured, "log_variance", oracle.expected_log_determinant(n) / d);
    EXPECT_GT(std::abs(errors_from(measured, "log_variance", oracle.log_determinant / d)), 4);
  }
}

TEST(gaussian_chain, a_sampling_bias_is_cf4) {
  constexpr double bias = 0.8;
  auto spec = study(1);
  spec.parts.of<workers::GaussianOptions>().sampling_bias = bias;
  const auto self = comms::make_self();
  GaussianChain chain(spec, GaussianChain::Policy::replace, *self);
  for (int n = 1; n <= generations; ++n) {  // the first fit is to human samples, which have no bias
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "variance", std::pow(bias, n - 1));
    EXPECT_WITHIN_4_ERRORS(measured, "mean_squared_error", (1 - std::pow(bias, n)) / (1 - bias) / m);
    if (n > 1) {
      EXPECT_LT(errors_from(measured, "variance", 1), -4) << "no bias, noticed";
    }
  }
}

TEST(gaussian_chain, a_chain_that_collapses_or_overflows_is_named_and_the_others_go_on) {
  const auto self = comms::make_self();
  auto spec = study(1, 50);
  auto& options = spec.parts.of<workers::GaussianOptions>();
  options.sampling_bias = 1e-20;
  spec.sampling.samples = 15;  // sums of 2^k equal numbers would be exact
  GaussianChain small(spec, GaussianChain::Policy::replace, *self);
  std::vector<workers::Measure> measured;
  for (int n = 0; n < 5; ++n) measured = small.step();  // 0.5 +- 1e-20 is 0.5
  EXPECT_EQ(workers::find_measure(measured, "chains_singular")->value, 1);
  EXPECT_EQ(workers::find_measure(measured, "variance")->value, 0);
  options.sampling_bias = 1;
  spec.sampling.samples = m;
  options.standard_deviation = 3.3e153;  // of 16 squares some sums are beyond 1e308
  GaussianChain large(spec, GaussianChain::Policy::replace, *self);
  for (int n = 0; n < 3; ++n) measured = large.step();
  const double ended = workers::find_measure(measured, "chains_not_finite")->value;
  EXPECT_GT(ended, 0);
  EXPECT_LT(ended, 1);
  EXPECT_TRUE(std::isfinite(workers::find_measure(measured, "log_variance")->value));
}

TEST(gaussian_chain, the_wrong_closed_form_is_noticed) {
  // The same comparison has to reject: unbiased chains against the maximum-likelihood oracle, a chain that replaces
  // against the one that accumulates, and the other way round.
  const auto self = comms::make_self();
  GaussianChain unbiased(study(1), GaussianChain::Policy::replace, *self);
  GaussianChain likelihood(study(0), GaussianChain::Policy::replace, *self);
  GaussianChain pooled(study(0), GaussianChain::Policy::accumulate, *self);
  std::vector<workers::Measure> u, l, p;
  for (int n = 1; n <= 3; ++n) {
    u = unbiased.step();
    l = likelihood.step();
    p = pooled.step();
  }
  const ReplaceMaximumLikelihood cf2{m};
  const AccumulateMaximumLikelihood cf5{m};
  EXPECT_GT(errors_from(u, "variance", cf2.variance(3)), 4);
  EXPECT_LT(errors_from(l, "variance", ReplaceUnbiased{m}.variance(3)), -4);
  EXPECT_LT(errors_from(l, "variance", cf5.variance(3)), -4);
  EXPECT_GT(errors_from(p, "variance", cf2.variance(3)), 4);
  EXPECT_GT(errors_from(l, "mean_squared_error", cf2.mean_squared_error(2)), 4) << "one generation too few";
}
}  // namespace
