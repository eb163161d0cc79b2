// Policies over frequencies of symbols: fixed human data beside the latest corpus, by number and by weight in the loss.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/orchestrator/policy_planner.hpp"
#include "tests/workers/plain/closed_form_chain.hpp"
#include "workers/families/categorical/categorical_family.hpp"
#include "workers/families/categorical/categorical_options.hpp"
#include "workers/measures/statistics/interval.hpp"

namespace genloss {
namespace {

using Chain = tests::ClosedFormChain<workers::CategoricalFamily>;
constexpr int samples = 40;  // human samples, and in each corpus

jobs::StudySpec symbols() {
  jobs::StudySpec spec;
  spec.study.family = "categorical";
  spec.study.seed = 4;
  auto& options = spec.parts.of<workers::CategoricalOptions>();
  options.symbols = 12;
  options.replicates = 2000;
  spec.sampling.samples = samples;
  spec.sampling.shard_samples = 16;
  return spec;
}

/// Let q be the frequencies of the human data, a the share of the latest corpus of m samples in the loss. Then, each
/// chain given its q, d_t = E |p_t - q|^2 obeys d_0 = 0, d_t = a^2 ((1 - |q|^2) / m + (1 - 1/m) d_(t-1)), whose limit
/// is Seddik et al. 2024's ("partially synthetic", CF15).
/// @return the largest distance from it, in standard errors over chains
double farthest_from_human(const jobs::StudySpec& spec, double a) {
  const auto self = comms::make_self();
  Chain chain(spec, tests::planner_of(spec), *self);
  (void)chain.step();
  const auto human = workers::load_categorical(chain.model_folder(0));
  std::vector<double> expected(human.replicates, 0.0);
  double most = 0;
  for (int t = 1; t <= 4; ++t) {
    (void)chain.step();
    const auto model = workers::load_categorical(chain.model_folder(t));
    std::vector<double> differences;
    for (std::uint64_t r = 0; r < human.replicates; ++r) {
      double squares = 0, distance = 0;
      for (std::size_t i = 0; i < human.symbols; ++i) {
        const double q = human.of(r)[i], p = model.of(r)[i];
        squares += q * q;
        distance += (p - q) * (p - q);
      }
      expected[r] = a * a * ((1 - squares) / samples + (1 - 1.0 / samples) * expected[r]);
      differences.push_back(distance - expected[r]);
    }
    const auto estimate = workers::mean_of(differences);
    most = std::max(most, std::abs(estimate.mean) / estimate.standard_error);
  }
  return most;
}

TEST(categorical_policies, all_human_data_beside_the_latest_corpus_is_cf15) {
  jobs::StudySpec spec = symbols();
  spec.policy.name = "augment_latest";
  EXPECT_LT(farthest_from_human(spec, 0.5), 4);
  EXPECT_GT(farthest_from_human(spec, 0.55), 4) << "a wrong share is not noticed";
}

TEST(categorical_policies, weights_in_the_loss_stand_for_shares_of_the_mix) {
  jobs::StudySpec spec = symbols();
  spec.policy.name = "custom";
  spec.policy.terms = "human train all weight 0.7 | corpus latest all weight 0.3";
  EXPECT_LT(farthest_from_human(spec, 0.3), 4);
  EXPECT_GT(farthest_from_human(spec, 0.5), 4) << "weights are not noticed";
}

}  // namespace
}  // namespace genloss
