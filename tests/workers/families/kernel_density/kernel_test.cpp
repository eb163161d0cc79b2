// Chains of kernel densities through the real shards, mixes and model files: their moments are known exactly, whatever
// the kernel, within 4 standard errors.
#include <gtest/gtest.h>

#include <cmath>

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "tests/workers/plain/chain_expectations.hpp"
#include "workers/families/kernel_density/kernel_kind.hpp"

namespace genloss::workers {
namespace {

using Chain = tests::ClosedFormChain<ClosedFormFamily<KernelKind>>;
constexpr double m = 20;

jobs::StudySpec study(int dimension, Kernel kernel, Bandwidth bandwidth, int replicates = 1500) {
  auto spec = tests::closed_form_study("kernel_density", 20);
  auto& options = spec.parts.of<KernelOptions>();
  options.dimension = dimension;
  options.replicates = replicates;
  options.kernel = kernel;
  options.bandwidth = bandwidth;
  options.test_points = 5;
  return spec;
}

/// Moments of a chain under replacement, exact: a density has variance V = v + kappa h^2, v that of its points; M draws
/// of it have v' = (1 - 1/M) V, and their mean strays by V / M more.
struct Moments {
  double variance = 0, error = 0;
};
void expect_moments(const jobs::StudySpec& spec, const std::function<double(double v)>& density) {
  const auto self = comms::make_self();
  Chain chain(spec, Chain::Policy::replace, *self);
  const int d = kernel_options(spec).dimension;
  double v = 1 - 1 / m, error = 1 / m;
  for (int n = 1; n <= 6; ++n) {
    const double all = density(v);
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "variance", all, n);
    EXPECT_WITHIN_4_ERRORS(measured, "mean_squared_error", d * error, n);
    EXPECT_WITHIN_4_ERRORS(measured, "marginal_variance", all + error, n);
    if (n > 2) {
      EXPECT_GT(std::abs(tests::errors_from(measured, "variance", v)), 4) << "points alone, noticed";
    }
    v = (1 - 1 / m) * all;
    error += all / m;
  }
}

TEST(kernel_chain, a_fixed_gaussian_adds_its_variance) {
  expect_moments(study(1, Kernel::gaussian, Bandwidth::fixed), [](double v) { return v + 0.25; });
}
TEST(kernel_chain, a_fixed_ball_adds_that_of_a_ball) {
  expect_moments(study(2, Kernel::tophat, Bandwidth::fixed), [](double v) { return v + 0.25 / 4; });
}
TEST(kernel_chain, scott_and_silverman_multiply) {
  const double scott = std::pow(m, -2.0 / 5), silverman = std::pow(m * 3 / 4, -2.0 / 5);
  expect_moments(study(1, Kernel::gaussian, Bandwidth::scott), [&](double v) { return v * (1 + scott * m / (m - 1)); });
  expect_moments(study(1, Kernel::gaussian, Bandwidth::silverman),
                 [&](double v) { return v * (1 + silverman * m / (m - 1)); });
}

TEST(kernel_density, has_the_bandwidths_of_scott_and_silverman) {
  const std::vector<double> points{0, 10, 2, 40, 4, 10};  // of standard deviations 2 and 17.32 (unbiased)
  const auto scott = bandwidths_of(points, 2, Bandwidth::scott, 9),
             silverman = bandwidths_of(points, 2, Bandwidth::silverman, 9);
  EXPECT_NEAR(scott[0], 2 * std::pow(3, -1.0 / 6), 1e-12);
  EXPECT_NEAR(scott[1], std::sqrt(300) * std::pow(3, -1.0 / 6), 1e-12);
  EXPECT_NEAR(silverman[0], scott[0], 1e-12) << "alike in two dimensions";
  EXPECT_NEAR(bandwidths_of(std::vector<double>{0, 2, 4}, 1, Bandwidth::silverman, 9)[0],
              2 * std::pow(3 * 3 / 4.0, -1.0 / 5), 1e-12);
  EXPECT_EQ(bandwidths_of(points, 2, Bandwidth::fixed, 9), (std::vector<double>{9, 9}));
}

TEST(kernel_density, integrates_to_one) {
  for (const Kernel kernel : {Kernel::gaussian, Kernel::tophat}) {
    // The density at test points that are one human point over and over is read off the likelihood; here on a grid,
    // by moving the points instead.
    auto spec = study(1, kernel, Bandwidth::fixed, 1);
    auto& options = spec.parts.of<KernelOptions>();
    options.test_points = 1;
    const KernelKind kind(spec);
    std::vector<double> x(1);
    kind.truth().draw(jobs::CounterRandom({spec.study.seed, jobs::Purpose::truth, 0}), 40, 0, x);
    double sum = 0;
    constexpr double step = 0.01;
    for (double shift = -6; shift < 6; shift += step) {
      ChainModel model(1, {{"points", {3, 1}}, {"bandwidths", {1}}});
      model.tables[0].values = {x[0] + shift - 0.3, x[0] + shift, x[0] + shift + 1};
      model.tables[1].values = {0.5};
      sum += std::exp(-kind.negative_log_likelihood(model, 0)) * step;
    }
    EXPECT_NEAR(sum, 1, 0.01);
  }
}

TEST(kernel_chain, human_points_are_predicted_worse_and_worse) {  // Kazdan et al.: replace rises
  auto spec = study(2, Kernel::gaussian, Bandwidth::scott, 40);
  spec.sampling.samples = 60;
  spec.parts.of<KernelOptions>().shape = PointShape::moons;
  spec.parts.of<KernelOptions>().test_points = 50;
  const auto self = comms::make_self();
  Chain replace(spec, Chain::Policy::replace, *self), pool(spec, Chain::Policy::accumulate, *self);
  double first = 0, before = -1e9, replaced = 0, pooled = 0;
  for (int n = 0; n < 6; ++n) {
    replaced = find_measure(replace.step(), "negative_log_likelihood")->value;
    pooled = find_measure(pool.step(), "negative_log_likelihood")->value;
    EXPECT_GT(replaced, before);
    before = replaced;
    if (n == 0) first = replaced;
  }
  EXPECT_GT(replaced - first, 2 * (pooled - first));
}

TEST(kernel_chain, a_collapsed_or_overflown_chain_is_named_and_the_others_go_on) {
  const auto self = comms::make_self();
  auto spec = study(1, Kernel::gaussian, Bandwidth::scott, 40);
  spec.sampling.samples = 2;
  spec.parts.of<KernelOptions>().standard_deviation = 1e154;  // squares overflow in some chains
  Chain chain(spec, Chain::Policy::replace, *self);
  std::vector<Measure> measured;
  for (int n = 0; n < 2; ++n) measured = chain.step();
  const double ended = find_measure(measured, "chains_not_finite")->value;
  EXPECT_GT(ended, 0);
  EXPECT_LT(ended, 1);
  EXPECT_EQ(bandwidths_of(std::vector<double>{3, 3, 3}, 1, Bandwidth::scott, 1)[0], 0);

  // Two points that hardly differ: in time a draw has the place of its neighbour.
  spec.parts.of<KernelOptions>().standard_deviation = 1e-320;
  Chain small(spec, Chain::Policy::replace, *self);
  for (int n = 0; n < 2; ++n) measured = small.step();
  EXPECT_EQ(find_measure(measured, "chains_collapsed")->value, 1);
  EXPECT_TRUE(std::isnan(find_measure(measured, "negative_log_likelihood")->value));
}

TEST(kernel_family, has_the_same_bits_on_any_number_of_ranks) {
  tests::expect_same_bits<KernelKind>(study(2, Kernel::tophat, Bandwidth::silverman, 7));
}

TEST(kernel_family, registers_with_options_of_its_own) {
  auto spec = study(1, Kernel::gaussian, Bandwidth::scott, 5);
  EXPECT_NO_THROW(jobs::check(spec));
  tests::expect_records_of_all_measures<KernelKind>(spec);
  spec.parts.of<KernelOptions>().shape = PointShape::rings;
  EXPECT_THROW(jobs::check(spec), Error);
  spec.parts.of<KernelOptions>().shape = PointShape::blob;
  spec.sampling.samples = 1;
  EXPECT_THROW(jobs::check(spec), Error);
}

}  // namespace
}  // namespace genloss::workers
