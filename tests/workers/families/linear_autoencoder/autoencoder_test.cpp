// Chains of linear autoencoders through the real shards, mixes, lanes and model files: the generator shrinks
// geometrically, and a share of human data bounds it; within 4 standard errors.
#include <gtest/gtest.h>

#include <cmath>

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "tests/oracles/closed_forms.hpp"
#include "tests/workers/plain/chain_expectations.hpp"
#include "workers/families/linear_autoencoder/autoencoder_kind.hpp"

namespace genloss::workers {
namespace {

using Chain = tests::ClosedFormChain<ClosedFormFamily<AutoencoderKind>>;
constexpr int m = 24;
constexpr double r = 0.2, shrink = 1 / ((1 + r) * (1 + r));

jobs::StudySpec study(int dimension, int codes, int replicates = 1000) {
  auto spec = tests::closed_form_study("linear_autoencoder", m);
  spec.parts.of<AutoencoderOptions>() = {dimension, codes, replicates, 0.5, r};
  return spec;
}

TEST(autoencoder_chain, energy_falls_by_the_same_share_each_time) {
  const auto self = comms::make_self();
  Chain chain(study(3, 3), Chain::Policy::replace, *self);
  for (int n = 1; n <= 6; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "energy", 1.75 * std::pow(shrink, n), n);
    EXPECT_WITHIN_4_ERRORS(measured, "drawn_energy", 1.75 * std::pow(shrink, n), n);
    // log det of n Wishart matrices of m degrees of freedom: the mean is known
    double each = 0;
    for (int i = 1; i <= 3; ++i) each += oracles::digamma((m - i + 1) / 2.0) + std::log(2.0 / m);
    const double first = std::log(0.5) * 3;  // 1, 1/2, 1/4
    EXPECT_WITHIN_4_ERRORS(measured, "log_code_variance", (first + n * each) / 3 + n * std::log(shrink), n);
    EXPECT_GT(tests::errors_from(measured, "energy", 1.75 * std::pow(shrink, n + 0.3)), 4) << "a wrong r is noticed";
  }
}

TEST(autoencoder_chain, operator_norm_of_one_code_is_a_straight_line) {
  const auto self = comms::make_self();
  Chain chain(study(1, 1), Chain::Policy::replace, *self);
  const double each = (oracles::digamma(m / 2.0) + std::log(2.0 / m) + std::log(shrink)) / 2;
  for (int n = 1; n <= 6; ++n) EXPECT_WITHIN_4_ERRORS(chain.step(), "log_operator_norm", n * each, n);
}

TEST(autoencoder_chain, what_the_bottleneck_takes_it_takes_once) {
  const auto self = comms::make_self();
  Chain chain(study(4, 2), Chain::Policy::replace, *self);
  const auto first = chain.step();
  const Measure* energy = find_measure(first, "energy");
  for (int n = 2; n <= 5; ++n) {
    const auto measured = chain.step();
    const Measure* now = find_measure(measured, "energy");
    const double scale = std::pow(shrink, 1 - n);
    const double error = std::hypot(energy->high - energy->value, (now->high - now->value) * scale);
    EXPECT_LT(std::abs(now->value * scale - energy->value), 4 * error) << "after " << n << " fits";
    EXPECT_LT(find_measure(measured, "codes_used")->value, 2);
  }
}

TEST(autoencoder_chain, a_share_of_human_data_bounds_it) {
  // E energy' = shrink (a E_0 + (1 - a) E energy), here with a = 1/2 of the mix.
  const auto planner = [](int n, const Family& family, const std::vector<storage::CorpusManifest>& corpora) {
    MixPlan plan{n, family.units().unit_name(), 1, 11, {}};
    const auto split = n == 0 ? jobs::TrainableSplit::train : jobs::TrainableSplit::held_out;
    const std::uint64_t half = n == 0 ? m : m / 2;
    plan.sources.push_back({HumanSource{split}, family.units().human_digest(split), m, half, 0});
    if (n > 0) plan.sources.push_back({CorpusSource{n - 1}, corpora.back().digest(), m, half, 0});
    return plan;
  };
  const auto self = comms::make_self();
  Chain chain(study(3, 3), planner, *self);
  double expected = 1.75 * shrink;
  for (int n = 1; n <= 8; ++n) {
    EXPECT_WITHIN_4_ERRORS(chain.step(), "energy", expected, n);
    expected = shrink * (1.75 + expected) / 2;
  }
  EXPECT_NEAR(expected, 1.75 * shrink / (2 - shrink), 0.01) << "its bound";
}

TEST(autoencoder_chain, reconstruction_is_that_of_principal_components) {
  // With many samples the components are those of the truth: of variances 1, 1/2, 1/4, 1/8 the first two are kept.
  auto spec = study(4, 2, 20);
  spec.sampling.samples = 4000;
  spec.sampling.shard_samples = 1000;
  const auto self = comms::make_self();
  const auto measured = Chain(spec, Chain::Policy::replace, *self).step();
  const double lost = 0.375 + 1.5 * (1 - 1 / (1 + r)) * (1 - 1 / (1 + r));
  EXPECT_NEAR(find_measure(measured, "reconstruction_error")->value, lost / 1.875, 2e-3);
}

TEST(autoencoder_chain, a_vanished_chain_is_named) {
  auto spec = study(2, 2, 5);
  spec.parts.of<AutoencoderOptions>().code_noise = 1e80;
  const auto self = comms::make_self();
  Chain chain(spec, Chain::Policy::replace, *self);
  std::vector<Measure> measured;
  for (int n = 0; n < 2; ++n) measured = chain.step();
  EXPECT_EQ(find_measure(measured, "survivors")->value, 1);
  for (int n = 0; n < 3; ++n) measured = chain.step();
  EXPECT_EQ(find_measure(measured, "chains_vanished")->value, 1);
  EXPECT_EQ(find_measure(measured, "operator_norm")->value, 0);
}

TEST(autoencoder_family, has_the_same_bits_on_any_number_of_ranks) {
  tests::expect_same_bits<AutoencoderKind>(study(4, 3, 6));
}

TEST(autoencoder_family, refuses_fewer_samples_than_codes) {
  auto spec = study(4, 3, 6);
  EXPECT_NO_THROW(jobs::check(spec));
  tests::expect_records_of_all_measures<AutoencoderKind>(spec);
  spec.sampling.samples = 2;
  EXPECT_THROW(jobs::check(spec), Error);
}

}  // namespace
}  // namespace genloss::workers
