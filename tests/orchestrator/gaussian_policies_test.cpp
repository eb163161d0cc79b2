// Each policy's closed form through its plans and the real shards, mixes and fits, within 4 standard errors.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/oracles/closed_forms.hpp"
#include "tests/orchestrator/policy_planner.hpp"
#include "tests/workers/plain/closed_form_chain.hpp"
#include "workers/families/gaussian/gaussian_options.hpp"

namespace genloss {
namespace {

using namespace oracles;  // NOLINT: the closed forms are what this is about
using tests::GaussianChain;
using tests::planner_of;

constexpr int fits = 5;
constexpr int human_samples = 64;  // that the first model is fitted to, and in each corpus
constexpr int m = 16;              // in a mix

jobs::StudySpec study(const std::string& policy, int ddof = 0) {
  jobs::StudySpec spec;
  spec.study.family = "gaussian";
  spec.study.seed = 3;
  spec.parts.of<workers::GaussianOptions>() = {1, 3000, ddof, 0.5, 1.0, 0.0};
  spec.sampling.samples = human_samples;
  spec.sampling.shard_samples = 20;
  spec.measures.confidence = std::erf(std::sqrt(0.5));  // intervals are plus and minus one standard error
  spec.policy.name = policy;
  spec.policy.size = m;
  return spec;
}

/// The largest distance of a chain's moments from `expected`, in standard errors.
template <class Expected>
double farthest(const jobs::StudySpec& spec, const Expected& expected) {
  const auto self = comms::make_self();
  GaussianChain chain(spec, planner_of(spec), *self);
  double most = 0;
  for (int n = 1; n <= fits; ++n) {
    const auto measured = chain.step();
    const Moments wanted = expected(n);
    for (const auto& [name, value] :
         {std::pair{"mean_squared_error", wanted.mean_squared_error}, std::pair{"variance", wanted.variance}}) {
      const auto* measure = workers::find_measure(measured, name);
      if (measure == nullptr) throw std::runtime_error(std::string("no measure ") + name);
      most = std::max(most, std::abs(measure->value - value) / (measure->high - measure->value));
    }
  }
  return most;
}

/// The policy with its closed form, and with another mix size: the same comparison has to notice.
template <class Expected>
void expect_closed_form(jobs::StudySpec spec, const Expected& expected) {
  EXPECT_LT(farthest(spec, expected), 4);
  spec.policy.size = spec.policy.size * 5 / 4;
  EXPECT_GT(farthest(spec, expected), 4) << "a wrong quota is not noticed";
}

}  // namespace

TEST(gaussian_policies, replace_with_sizes_that_change_is_cf1) {
  expect_closed_form(study("replace", 1), [](int n) { return Moments{1.0 / human_samples + (n - 1.0) / m, 1}; });
}

TEST(gaussian_policies, replace_grown_sums_what_each_fit_adds) {
  jobs::StudySpec spec = study("replace_grown", 1);
  spec.policy.size = 8;
  expect_closed_form(spec, [](int n) {
    Moments sum{1.0 / human_samples, 1};
    for (int g = 1; g < n; ++g) sum.mean_squared_error += 1.0 / (8 * g);
    return sum;
  });
}

TEST(gaussian_policies, accumulate_is_cf5) {
  jobs::StudySpec spec = study("accumulate");
  spec.policy.size = 0;
  spec.sampling.samples = m;
  const AccumulateMaximumLikelihood oracle{m};
  EXPECT_LT(farthest(spec, [&](int n) { return Moments{oracle.mean_squared_error(n), oracle.variance(n)}; }), 4);
}

TEST(gaussian_policies, fresh_human_samples_are_cf8) {
  jobs::StudySpec spec = study("human_fraction");
  spec.policy.human_fraction = 0.25;
  spec.policy.human_draw = jobs::HumanDraw::fresh;
  expect_closed_form(spec, [](int n) { return FreshFraction{m, 0.25, human_samples}.after(n); });
}

TEST(gaussian_policies, human_samples_kept_for_ever_are_cf9) {
  jobs::StudySpec spec = study("human_fraction");
  spec.policy.human_fraction = 0.25;
  spec.policy.human_draw = jobs::HumanDraw::kept;
  spec.policy.human_pool = jobs::TrainableSplit::train;
  expect_closed_form(spec, [](int n) { return KeptHuman{m / 4, 3, human_samples}.after(n); });
}

TEST(gaussian_policies, weighted_terms_are_cf10_at_the_golden_ratio_and_elsewhere) {
  jobs::StudySpec spec = study("weighted");
  spec.policy.human_fraction = 0.5;
  spec.policy.human_draw = jobs::HumanDraw::fresh;
  const double golden = (std::sqrt(5.0) - 1) / 2;
  expect_closed_form(spec, [&](int n) { return WeightedHuman{m / 2, 1, golden, human_samples}.after(n); });
  spec.policy.human_weight = 0.3;
  expect_closed_form(spec, [](int n) { return WeightedHuman{m / 2, 1, 0.3, human_samples}.after(n); });
  EXPECT_GT(farthest(spec,
                     [&](int n) {
                       return WeightedHuman{m / 2, 1, golden, human_samples}.after(n);
                     }),
            4)
      << "another weight is not noticed";
}

TEST(gaussian_policies, terms_of_the_study_file_are_the_named_policy) {
  jobs::StudySpec spec = study("custom");
  spec.policy.size = 0;
  spec.policy.terms = "human held_out fresh 4 samples | corpus latest 12 samples";
  EXPECT_LT(farthest(spec, [](int n) { return FreshFraction{m, 0.25, human_samples}.after(n); }), 4);
}

}  // namespace genloss
