// Chains of rates through the real shards, mixes, lanes and model files, against what is known of Poisson branching
// (science.md, CF7 and CF12), within 4 standard errors.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "jobs/study_file.hpp"
#include "tests/workers/plain/chain_expectations.hpp"
#include "tests/workers/plain/planned_chain.hpp"
#include "workers/families/family_type.hpp"
#include "workers/families/poisson/poisson_kind.hpp"
#include "workers/families/poisson/poisson_options.hpp"

namespace genloss::workers {
namespace {

using Chain = tests::ClosedFormChain<ClosedFormFamily<PoissonKind>>;

jobs::StudySpec study(double rate, std::uint64_t samples, int replicates) {
  auto spec = tests::closed_form_study("poisson", samples);
  spec.parts.of<PoissonOptions>() = {replicates, rate};
  return spec;
}

/// Probability of at most k, term by term.
double distribution(double rate, double k) {
  double sum = 0;
  for (double i = 0; i <= k; ++i) sum += std::exp(i * std::log(rate) - rate - std::lgamma(i + 1));
  return sum;
}

TEST(poisson_table, is_the_distribution_function) {
  for (const double rate : {0.3, 1.0, 7.5, 1500.0}) {
    const PoissonTable table(rate);
    for (double u = 0.0005; u < 1; u += 0.001) {
      const double k = table.at(u);
      EXPECT_GT(distribution(rate, k), u * (1 - 1e-10)) << rate;
      if (k > 0) {
        EXPECT_LE(distribution(rate, k - 1), u * (1 + 1e-10)) << rate;
      }
    }
  }
  EXPECT_EQ(PoissonTable(0).at(0.999), 0U);
  EXPECT_LT(PoissonTable(2).at(std::nextafter(1.0, 0.0)), 60U);
}

TEST(poisson_chain, replace_keeps_the_mean_and_adds_a_variance_each_time) {
  const auto self = comms::make_self();
  constexpr double rate = 1.5, m = 20;
  Chain chain(study(rate, 20, 4000), Chain::Policy::replace, *self);
  for (int n = 1; n <= 8; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "rate", rate, n);
    EXPECT_WITHIN_4_ERRORS(measured, "mean_squared_error", n * rate / m, n);
    EXPECT_WITHIN_4_ERRORS(measured, "drawn_mean", rate, n);
  }
}

TEST(poisson_chain, dies_out_as_suresh_says) {  // CF12: P(alive after k fits) = 1 - exp(-M rate g_k), exactly
  const auto self = comms::make_self();
  constexpr double rate = 0.25, m = 8;
  Chain chain(study(rate, 8, 4000), Chain::Policy::replace, *self);
  double g = 1;
  for (int n = 1; n <= 10; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "survivors", 1 - std::exp(-m * rate * g), n);
    EXPECT_NEAR(find_measure(measured, "survivors")->value + find_measure(measured, "chains_extinct")->value, 1, 1e-12);
    g = 1 - std::exp(-g);
  }
  const double others = tests::errors_from(chain.step(), "survivors", 1 - std::exp(-m * rate * g / 1.2));
  EXPECT_GT(std::abs(others), 4) << "a wrong g_k is not noticed";
}

TEST(poisson_chain, accumulation_is_bounded_by_pi_squared_sixths) {  // CF7, here exactly
  const auto self = comms::make_self();
  constexpr double rate = 2, m = 10;
  Chain chain(study(rate, 10, 4000), Chain::Policy::accumulate, *self);
  double a = 0;
  for (int n = 1; n <= 8; ++n) {
    a += 1.0 / (n * n);
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "mean_squared_error", a * rate / m, n);
    if (n > 2) {
      EXPECT_LT(tests::errors_from(measured, "mean_squared_error", n * rate / m), -4) << "replace, noticed";
    }
  }
  EXPECT_LT(a, std::numbers::pi * std::numbers::pi / 6);
}

TEST(poisson_chain, subsampling_what_accumulates_is_the_ratio_b) {  // CF7: B_g, to leading order in 1/M
  auto spec = study(3, 400, 2000);
  spec.policy.name = "accumulate_subsample";
  spec.policy.size = 400;
  const auto self = comms::make_self();
  Chain chain(spec, tests::planned_by_policy(spec), *self);
  constexpr double b[] = {1, 1.75, 2.08333, 2.27083, 2.39083};
  for (int n = 1; n <= 5; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "mean_squared_error", b[n - 1] * 3 / 400, n);
    if (n > 3) {
      EXPECT_LT(tests::errors_from(measured, "mean_squared_error", n * 3.0 / 400), -4) << "replace, noticed";
      EXPECT_GT(tests::errors_from(measured, "mean_squared_error", 1.45 * 3.0 / 400), 4) << "accumulate, noticed";
    }
  }
}

TEST(poisson_chain, an_ended_chain_stays_and_the_others_go_on) {
  const auto self = comms::make_self();
  Chain chain(study(0.1, 5, 200), Chain::Policy::replace, *self);
  std::vector<std::uint8_t> before;
  const PoissonKind kind(study(0.1, 5, 200));
  for (int n = 0; n < 6; ++n) {
    (void)chain.step();
    const auto model = load_chains(kind.format(), chain.model_folder(n));
    for (std::size_t r = 0; r < before.size(); ++r) {
      if (before[r] == PoissonKind::extinct) {
        EXPECT_EQ(model.states[r], PoissonKind::extinct);
      }
    }
    before = model.states;
  }
  EXPECT_GT(std::count(before.begin(), before.end(), PoissonKind::extinct), 0);
  EXPECT_GT(std::count(before.begin(), before.end(), PoissonKind::alive), 0);
}

TEST(poisson_family, has_the_same_bits_on_any_number_of_ranks) {
  tests::expect_same_bits<PoissonKind>(study(1.5, 40, 6));
}

TEST(poisson_family, registers_with_options_of_its_own) {
  auto spec = study(1, 40, 6);
  EXPECT_NO_THROW(jobs::check(spec));
  EXPECT_EQ(family_type(spec).values, "counts");
  tests::expect_records_of_all_measures<PoissonKind>(spec);
}

}  // namespace
}  // namespace genloss::workers
