// Chains of coins through the real shards, mixes, lanes and model files, against what is known of Wright-Fisher
// populations of two alleles (science.md, CF12 and CF14), within 4 standard errors.
#include <gtest/gtest.h>

#include <cmath>

#include "jobs/study_file.hpp"
#include "tests/workers/plain/chain_expectations.hpp"
#include "workers/families/bernoulli/bernoulli_kind.hpp"
#include "workers/families/bernoulli/bernoulli_options.hpp"

namespace genloss::workers {
namespace {

using Chain = tests::ClosedFormChain<ClosedFormFamily<BernoulliKind>>;

jobs::StudySpec study(double probability, std::uint64_t samples, int replicates) {
  auto spec = tests::closed_form_study("bernoulli", samples);
  spec.parts.of<BernoulliOptions>() = {replicates, probability};
  return spec;
}

TEST(bernoulli_chain, replace_loses_variety_as_wright_and_fisher_say) {  // CF12
  const auto self = comms::make_self();
  constexpr double p = 0.2, m = 12;
  Chain chain(study(p, 12, 4000), Chain::Policy::replace, *self);
  for (int n = 1; n <= 8; ++n) {
    const auto measured = chain.step();
    const double left = std::pow(1 - 1 / m, n);
    EXPECT_WITHIN_4_ERRORS(measured, "heterozygosity", 2 * p * (1 - p) * left, n);
    EXPECT_WITHIN_4_ERRORS(measured, "mean_squared_error", p * (1 - p) * (1 - left), n);
    EXPECT_WITHIN_4_ERRORS(measured, "probability", p, n);
    EXPECT_WITHIN_4_ERRORS(measured, "drawn_ones", p, n);
    if (n > 3) {
      EXPECT_GT(tests::errors_from(measured, "heterozygosity", 2 * p * (1 - p) * std::pow(1 - 1 / (m - 2), n)), 4)
          << "a wrong number of samples is not noticed";
    }
  }
}

TEST(bernoulli_chain, fixation_lies_between_the_bounds_of_seddik) {
  const auto self = comms::make_self();
  constexpr double p = 0.2, m = 10;
  Chain chain(study(p, 10, 2000), Chain::Policy::replace, *self);
  for (int k = 1; k <= 20; ++k) {
    const auto measured = chain.step();
    const Measure* alive = find_measure(measured, "survivors");
    const double error = alive->high - alive->value, left = p * (1 - p) * std::pow(1 - 1 / m, k);
    EXPECT_GT(alive->value, 4 * left - 4 * error) << "after " << k << " fits";
    EXPECT_LT(alive->value, std::min(1.0, 2 * m * left) + 4 * error) << "after " << k << " fits";
    if (k == 20) {  // all that ended: ones with probability p, but for what is still alive
      const double ones = find_measure(measured, "chains_all_ones")->value,
                   zeros = find_measure(measured, "chains_all_zeros")->value;
      EXPECT_NEAR(ones + zeros + alive->value, 1, 1e-12);
      EXPECT_NEAR(ones / (ones + zeros), p, 0.06);
    }
  }
}

TEST(bernoulli_chain, accumulated_human_data_keeps_variety) {  // CF14
  const auto self = comms::make_self();
  constexpr double p = 0.4, m = 12;
  double expected = 2 * p * (1 - p);
  Chain chain(study(p, 12, 4000), Chain::Policy::accumulate, *self);
  for (int n = 1; n <= 6; ++n) {
    expected *= 1 - 1 / (m * n * n);
    EXPECT_WITHIN_4_ERRORS(chain.step(), "heterozygosity", expected, n);
  }
}

TEST(bernoulli_family, has_the_same_bits_on_any_number_of_ranks) {
  tests::expect_same_bits<BernoulliKind>(study(0.3, 40, 6));
}

TEST(bernoulli_family, registers_with_options_of_its_own) {
  auto spec = study(0.3, 40, 6);
  EXPECT_NO_THROW(jobs::check(spec));
  tests::expect_records_of_all_measures<BernoulliKind>(spec);
}

}  // namespace
}  // namespace genloss::workers
