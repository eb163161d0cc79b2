// Chains of mixtures through the real shards, mixes and model files, against what maximum likelihood keeps (science.md,
// CF2 and CF12), within 4 standard errors.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "jobs/study_file.hpp"
#include "tests/workers/plain/chain_expectations.hpp"
#include "workers/families/gaussian_mixture/expectation_maximisation.hpp"
#include "workers/families/gaussian_mixture/mixture_kind.hpp"

namespace genloss::workers {
namespace {

using Chain = tests::ClosedFormChain<ClosedFormFamily<MixtureKind>>;
constexpr int m = 40;

jobs::StudySpec study(int components, int replicates) {
  auto spec = tests::closed_form_study("gaussian_mixture", m);
  auto& options = spec.parts.of<MixtureOptions>();
  options.components = components;
  options.replicates = replicates;
  options.tolerance = 1e-4;
  return spec;
}

TEST(mixture_fit, climbs_to_what_separate_gaussians_have) {
  // Two groups far apart: shares are 0 or 1, so the fit is that of each group by itself.
  const jobs::CounterRandom random({3, jobs::Purpose::synthetic_load, 0});
  std::vector<double> samples, weights(60, 1.0);
  for (int t = 0; t < 60; ++t) samples.push_back(random.normal(t, 0) + (t < 20 ? -1e3 : 1e3));
  const auto fit =
      fit_mixture(samples, weights, {1, 2, 1e-9, 100, 0}, [&](std::uint64_t i) { return random.uniform(1000, i); });
  ASSERT_EQ(fit.end, MixtureFit::End::alive);
  EXPECT_TRUE(fit.converged);
  const std::size_t low = fit.means[0] < fit.means[1] ? 0 : 1;
  const double mean = std::accumulate(samples.begin(), samples.begin() + 20, 0.0) / 20;
  double variance = 0;
  for (int t = 0; t < 20; ++t) variance += (samples[t] - mean) * (samples[t] - mean) / 20;
  EXPECT_NEAR(fit.weights[low], 1.0 / 3, 1e-12);
  EXPECT_NEAR(fit.means[low], mean, 1e-9);
  EXPECT_NEAR(fit.covariances[low], variance, 1e-9);
}

TEST(mixture_fit, never_loses_likelihood_and_more_starts_never_hurt) {
  const jobs::CounterRandom random({4, jobs::Purpose::synthetic_load, 0});
  std::vector<double> samples, weights(200, 1.0);
  for (int t = 0; t < 200; ++t) {
    samples.push_back(random.normal(t, 0) + 2 * (t % 3));
    samples.push_back(random.normal(t, 1));
  }
  const auto start = [&](std::uint64_t s) {
    return [&random, s](std::uint64_t i) { return random.uniform(1000 + s, i); };
  };
  double before = -1e300;
  for (int steps = 1; steps < 30; ++steps) {
    const auto fit = fit_mixture(samples, weights, {2, 3, 0, steps, 0}, start(0));
    EXPECT_GE(fit.log_likelihood, before - 1e-12) << steps;
    before = fit.log_likelihood;
  }
  std::vector<MixtureFit> fits;
  for (std::uint64_t s = 0; s < 5; ++s) fits.push_back(fit_mixture(samples, weights, {2, 3, 1e-6, 500, 0}, start(s)));
  const auto best = best_of(fits);
  for (const auto& fit : fits) EXPECT_GE(best.log_likelihood, fit.log_likelihood);
}

TEST(mixture_fit, names_how_a_component_ends) {
  const auto half = [](std::uint64_t) { return 0.5; };
  const std::vector<double> weights(8, 1.0);
  EXPECT_EQ(fit_mixture(std::vector<double>(8, 3.0), weights, {1, 1, 1e-6, 10, 0}, half).end,
            MixtureFit::End::singular);
  EXPECT_EQ(fit_mixture(std::vector<double>(8, 3.0), weights, {1, 2, 1e-6, 10, 0}, half).end, MixtureFit::End::died);
  std::vector<double> samples{1, 2, 3, 4, 5, 6, 7, std::numeric_limits<double>::infinity()};
  EXPECT_EQ(fit_mixture(samples, weights, {1, 2, 1e-6, 10, 0}, half).end, MixtureFit::End::not_finite);
}

TEST(mixture_chain, keeps_the_moments_of_the_samples_whatever_the_components_do) {  // CF2, of any mixture
  const auto self = comms::make_self();
  auto spec = study(2, 500);
  Chain chain(spec, Chain::Policy::replace, *self);
  for (int n = 1; n <= 5; ++n) {
    const auto measured = chain.step();
    const double left = std::pow(1 - 1.0 / m, n);
    EXPECT_WITHIN_4_ERRORS(measured, "variance", left, n);
    EXPECT_WITHIN_4_ERRORS(measured, "mean_squared_error", 2 * (1 - left), n);
    EXPECT_WITHIN_4_ERRORS(measured, "marginal_variance", 1, n);
    if (n > 2) {
      EXPECT_LT(tests::errors_from(measured, "variance", 1), -4) << "unbiased, noticed";
    }
  }
}

TEST(mixture_chain, components_far_apart_drift_as_symbols_do) {  // CF12, for their weights
  const auto self = comms::make_self();
  auto spec = study(2, 800);
  spec.parts.of<MixtureOptions>().true_components = 2;
  spec.parts.of<MixtureOptions>().separation = 1e4;
  Chain chain(spec, Chain::Policy::replace, *self);
  for (int n = 1; n <= 4; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "component_heterozygosity", 0.5 * std::pow(1 - 1.0 / m, n), n);
    EXPECT_GT(find_measure(measured, "converged")->value, 0.99);
  }
}

TEST(mixture_chain, one_component_is_a_gaussian_and_its_distance_a_closed_form) {
  const auto self = comms::make_self();
  auto spec = study(1, 3);
  const MixtureKind kind(spec);
  Chain chain(spec, Chain::Policy::replace, *self);
  (void)chain.step();
  const auto model = load_chains(kind.format(), chain.model_folder(0));
  EXPECT_EQ(model.tables[MixtureKind::weights].values, (std::vector<double>{1, 1, 1}));
  // The distance is that of a sum over a fine grid.
  std::vector<double> numbers(MixtureKind::model_records().size());
  kind.numbers(model, 0, numbers);
  const auto mean = model.tables[MixtureKind::means].of(0), s = model.tables[MixtureKind::covariances].of(0);
  const double det = s[0] * s[3] - s[1] * s[2];
  double sum = 0;
  constexpr double h = 0.02;
  for (double x = -8; x < 8; x += h) {
    for (double y = -8; y < 8; y += h) {
      const double a = x - mean[0], b = y - mean[1];
      const double fitted = std::exp(-(s[3] * a * a - 2 * s[1] * a * b + s[0] * b * b) / (2 * det)) / std::sqrt(det);
      const double difference = (fitted - std::exp(-(x * x + y * y) / 2)) / (2 * M_PI);
      sum += difference * difference * h * h;
    }
  }
  EXPECT_NEAR(numbers[4], sum, 1e-8);
}

TEST(mixture_chain, an_ended_chain_is_named_and_the_others_go_on) {
  const auto self = comms::make_self();
  auto spec = study(6, 60);
  spec.sampling.samples = 14;  // few for 6 components in 2 dimensions
  Chain chain(spec, Chain::Policy::replace, *self);
  std::vector<Measure> measured;
  for (int n = 0; n < 4; ++n) measured = chain.step();
  double all = find_measure(measured, "survivors")->value;
  for (const auto* name : {"chains_component_died", "chains_singular", "chains_not_finite"}) {
    all += find_measure(measured, name)->value;
  }
  EXPECT_NEAR(all, 1, 1e-12);
  EXPECT_LT(find_measure(measured, "survivors")->value, 1);
  EXPECT_TRUE(std::isfinite(find_measure(measured, "variance")->value));
}

TEST(mixture_family, has_the_same_bits_on_any_number_of_ranks) { tests::expect_same_bits<MixtureKind>(study(2, 7)); }

TEST(mixture_family, refuses_fewer_samples_than_a_fit_needs) {
  auto spec = study(2, 6);
  EXPECT_NO_THROW(jobs::check(spec));
  tests::expect_records_of_all_measures<MixtureKind>(spec);
  spec.parts.of<MixtureOptions>().components = m / 2;
  EXPECT_THROW(jobs::check(spec), Error);
}

}  // namespace
}  // namespace genloss::workers
