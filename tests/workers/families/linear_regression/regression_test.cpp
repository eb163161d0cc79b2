// Chains of regressions through the real shards, mixes, lanes and model files, against closed forms (science.md, CF7,
// CF11, CF19), within 4 standard errors.
#include <gtest/gtest.h>

#include <cmath>

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "tests/oracles/closed_forms.hpp"
#include "tests/workers/plain/chain_expectations.hpp"
#include "tests/workers/plain/planned_chain.hpp"
#include "workers/families/linear_regression/regression_kind.hpp"

namespace genloss::workers {
namespace {

using Chain = tests::ClosedFormChain<ClosedFormFamily<RegressionKind>>;
constexpr int d = 4, rows = 24;
constexpr double s2 = 0.49, risk = s2 * d / (rows - d - 1);  // of one fit, exactly

jobs::StudySpec study(int replicates = 2000) {
  auto spec = tests::closed_form_study("linear_regression", rows);
  auto& options = spec.parts.of<RegressionOptions>();
  options.dimension = d;
  options.replicates = replicates;
  options.coefficient = 0.5;
  options.noise = std::sqrt(s2);
  return spec;
}

class RegressionChain : public testing::TestWithParam<Design> {};

TEST_P(RegressionChain, ReplaceAddsTheRiskOfAFitEachTime) {  // CF11: n b, on new rows and on the same
  auto spec = study();
  spec.parts.of<RegressionOptions>().design = GetParam();
  const auto self = comms::make_self();
  Chain chain(spec, Chain::Policy::replace, *self);
  for (int n = 1; n <= 6; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "test_error", n * risk, n);
    EXPECT_WITHIN_4_ERRORS(measured, "signal_kept", 1, n);
    // On the rows that it was fitted to, a fit errs by s2 d / rows alone.
    const double in_sample = GetParam() == Design::same ? s2 * d / rows : risk;
    EXPECT_WITHIN_4_ERRORS(measured, "drawn_label_power", d * 0.25 + n * in_sample + s2, n);
    if (n > 2) {
      EXPECT_GT(tests::errors_from(measured, "test_error", n * s2 * d / rows), 4) << "the asymptotic form, noticed";
    }
  }
}
INSTANTIATE_TEST_SUITE_P(designs, RegressionChain, testing::Values(Design::fresh, Design::same),
                         [](const auto& design) { return design.param == Design::same ? "same" : "fresh"; });

TEST(regression_chain, accumulation_of_the_same_rows_is_a_g) {  // CF11 and CF7, exactly
  auto spec = study();
  spec.parts.of<RegressionOptions>().design = Design::same;
  const auto self = comms::make_self();
  Chain chain(spec, Chain::Policy::accumulate, *self);
  double a = 0;
  for (int n = 1; n <= 6; ++n) {
    a += 1.0 / (n * n);
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "test_error", a * risk, n);
    if (n > 2) {
      EXPECT_LT(tests::errors_from(measured, "test_error", n * risk), -4) << "replace, noticed";
    }
  }
}

TEST(regression_chain, subsampling_what_accumulates_is_b_g) {  // CF11 and CF7, to leading order in d / T
  auto spec = study(1000);
  constexpr int many = 400;
  spec.sampling.samples = spec.policy.size = many;
  spec.sampling.shard_samples = 100;
  spec.policy.name = "accumulate_subsample";
  const auto self = comms::make_self();
  Chain chain(spec, tests::planned_by_policy(spec), *self);
  constexpr double b[] = {1, 1.75, 2.08333, 2.27083, 2.39083}, of_one = s2 * d / (many - d - 1);
  for (int n = 1; n <= 5; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "test_error", b[n - 1] * of_one, n);
    if (n > 3) {
      EXPECT_LT(tests::errors_from(measured, "test_error", n * of_one), -4) << "replace, noticed";
      EXPECT_GT(tests::errors_from(measured, "test_error", 1.45 * of_one), 4) << "accumulate, noticed";
    }
  }
}

TEST(regression_chain, real_and_synthetic_rows_have_the_floor_of_cf19) {
  // The model of few human rows labels n2 rows, which are mixed with n1 other human ones.
  auto spec = study(1000);
  constexpr std::uint64_t few = 12, n1 = 150, n2 = 50;
  spec.sampling.samples = 200;
  spec.sampling.shard_samples = 50;
  const auto planner = [](int n, const Family& family, const std::vector<storage::CorpusManifest>& corpora) {
    MixPlan plan{n, family.units().unit_name(), 1, 11, {}};
    const auto human = [&](jobs::TrainableSplit split, std::uint64_t quota) {
      plan.sources.push_back({HumanSource{split}, family.units().human_digest(split), 200, quota, 0});
    };
    if (n == 0) {
      human(jobs::TrainableSplit::train, few);
    } else {
      human(jobs::TrainableSplit::held_out, n1);
      plan.sources.push_back({CorpusSource{n - 1}, corpora.back().digest(), 200, n2, 0});
    }
    return plan;
  };
  const auto self = comms::make_self();
  Chain chain(spec, planner, *self);
  const auto first = chain.step();
  constexpr double c2 = s2 * d / (few - d - 1), n = n1 + n2, p2 = n2 / n;
  EXPECT_WITHIN_4_ERRORS(first, "test_error", c2, 1);
  const auto second = chain.step();
  const double expected = s2 * d / (n - d - 1) + p2 * p2 * c2 + p2 * (1 - p2) * c2 * d / n;
  EXPECT_WITHIN_4_ERRORS(second, "test_error", expected, 2);
  EXPECT_GT(tests::errors_from(second, "test_error", s2 * d / (n - d - 1)), 4) << "the floor is noticed";
}

TEST(regression_chain, fitted_noise_dies_as_the_digamma_function_says) {
  auto spec = study();
  spec.parts.of<RegressionOptions>().label_noise = LabelNoise::fitted;
  const auto self = comms::make_self();
  Chain chain(spec, Chain::Policy::replace, *self);
  constexpr double half = (rows - d) / 2.0;
  for (int n = 1; n <= 6; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "noise_variance", s2, n);
    EXPECT_WITHIN_4_ERRORS(measured, "log_noise_variance", std::log(s2) + n * (oracles::digamma(half) - std::log(half)),
                           n);
    EXPECT_WITHIN_4_ERRORS(measured, "test_error", n * risk, n);
  }
}

TEST(regression_chain, ridge_shrinks_by_the_same_share_each_time) {
  // d = 1 on new rows: E w_n = w* c^n with c = E S / (S + ridge), S chi-squared with `rows` degrees of freedom.
  constexpr double ridge = 6;
  auto spec = study();
  spec.parts.of<RegressionOptions>().dimension = 1;
  spec.parts.of<RegressionOptions>().ridge = ridge;
  double c = 0, mass = 0;
  for (double s = 0.005; s < 200; s += 0.01) {
    const double density = std::exp((rows / 2.0 - 1) * std::log(s) - s / 2);
    c += density * s / (s + ridge);
    mass += density;
  }
  c /= mass;
  const auto self = comms::make_self();
  Chain chain(spec, Chain::Policy::replace, *self);
  for (int n = 1; n <= 6; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "signal_kept", std::pow(c, n), n);
    if (n > 2) {
      EXPECT_LT(tests::errors_from(measured, "signal_kept", 1), -4) << "shrinkage, noticed";
    }
  }
}

TEST(regression_chain, a_chain_without_noise_or_bounds_ends_with_its_state) {
  auto spec = study(50);
  spec.parts.of<RegressionOptions>().label_noise = LabelNoise::fitted;
  spec.parts.of<RegressionOptions>().noise = 1e-18;
  const auto self = comms::make_self();
  auto measured = Chain(spec, Chain::Policy::replace, *self).step();
  EXPECT_EQ(find_measure(measured, "chains_noiseless")->value, 1);
  EXPECT_EQ(find_measure(measured, "noise_variance")->value, 0);
  spec.parts.of<RegressionOptions>().noise = 1e200;
  Chain large(spec, Chain::Policy::replace, *self);
  for (int n = 0; n < 3; ++n) measured = large.step();
  EXPECT_EQ(find_measure(measured, "chains_not_finite")->value, 1);
  EXPECT_EQ(find_measure(measured, "survivors")->value, 0);
}

TEST(regression_family, has_the_same_bits_on_any_number_of_ranks) {
  auto spec = study(6);
  spec.parts.of<RegressionOptions>().label_noise = LabelNoise::fitted;
  tests::expect_same_bits<RegressionKind>(spec);
}

TEST(regression_family, refuses_fewer_rows_than_coefficients) {
  auto spec = study(6);
  EXPECT_NO_THROW(jobs::check(spec));
  tests::expect_records_of_all_measures<RegressionKind>(spec);
  spec.parts.of<RegressionOptions>().dimension = rows;
  EXPECT_THROW(jobs::check(spec), Error);
  const auto self = comms::make_self();
  Chain chain(spec, Chain::Policy::replace, *self);
  EXPECT_THROW((void)chain.step(), Error);
  spec.parts.of<RegressionOptions>().ridge = 1;
  EXPECT_NO_THROW(jobs::check(spec));
}

}  // namespace
}  // namespace genloss::workers
