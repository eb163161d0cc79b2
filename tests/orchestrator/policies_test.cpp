#include <gtest/gtest.h>

#include <map>

#include "jobs/error.hpp"
#include "orchestrator/policies/algebra/policy_type.hpp"
#include "orchestrator/policies/policy.hpp"

namespace genloss {
namespace {

using jobs::TrainableSplit;
using orchestrator::plan_mix;
using orchestrator::Pools;

Pools pools(int generation, std::uint64_t corpus_units = 1000) {
  Pools p;
  p.generation = generation;
  p.seed = 11;
  p.unit = "window of 10 tokens";
  p.unit_values = 10;
  p.train = {TrainableSplit::train, 800, storage::sha256_of("train")};
  p.held_out = {TrainableSplit::held_out, 300, storage::sha256_of("held out")};
  for (int g = 0; g < generation; ++g) p.corpora.push_back({g, corpus_units, storage::sha256_of(std::to_string(g))});
  return p;
}

jobs::PolicySection policy(const std::string& name) {
  jobs::PolicySection section;
  section.name = name;
  return section;
}

bool is_human(const workers::MixSource& source) { return std::holds_alternative<workers::HumanSource>(source.origin); }
int generation_of(const workers::MixSource& source) {
  return std::get<workers::CorpusSource>(source.origin).generation;
}

}  // namespace

TEST(policies, generation_zero_learns_from_human_training_text_alone) {
  for (const auto* type : orchestrator::policy_types()) {
    const auto plan = plan_mix(policy(type->name), pools(0));
    ASSERT_EQ(plan.sources.size(), 1u);
    EXPECT_TRUE(is_human(plan.sources[0]));
    EXPECT_EQ(std::get<workers::HumanSource>(plan.sources[0].origin).split, TrainableSplit::train);
    EXPECT_EQ(plan.units(), 800u);
  }
}

TEST(policies, generation_zero_is_the_same_plan_under_every_policy) {
  EXPECT_EQ(plan_mix(policy("replace"), pools(0)).digest(), plan_mix(policy("human_fraction"), pools(0)).digest());
}

TEST(policies, replace_takes_the_latest_corpus_whole) {
  const auto plan = plan_mix(policy("replace"), pools(3));
  ASSERT_EQ(plan.sources.size(), 1u);
  EXPECT_EQ(generation_of(plan.sources[0]), 2);
  EXPECT_EQ(plan.sources[0].quota, 1000u);
}

TEST(policies, replace_takes_as_much_as_policy_size_says) {
  auto section = policy("replace");
  section.size = 4009;  // tokens: 400 whole units
  EXPECT_EQ(plan_mix(section, pools(1)).units(), 400u);
  section.size = 10010;
  EXPECT_THROW((void)plan_mix(section, pools(1)), Error);
  section.size = 9;
  EXPECT_THROW((void)plan_mix(section, pools(1)), Error);
}

TEST(policies, accumulate_takes_human_text_and_every_corpus) {
  const auto plan = plan_mix(policy("accumulate"), pools(4));
  ASSERT_EQ(plan.sources.size(), 5u);
  EXPECT_TRUE(is_human(plan.sources[0]));
  for (std::size_t g = 0; g < 4; ++g) EXPECT_EQ(generation_of(plan.sources[g + 1]), static_cast<int>(g));
  EXPECT_EQ(plan.units(), 800u + 4 * 1000u);
}

TEST(policies, accumulate_subsample_draws_uniformly_from_the_pool) {
  std::map<std::size_t, double> taken;
  constexpr int seeds = 200;
  for (int seed = 0; seed < seeds; ++seed) {
    Pools p = pools(2);
    p.seed = static_cast<std::uint64_t>(seed);
    const auto plan = plan_mix(policy("accumulate_subsample"), p);
    EXPECT_EQ(plan.units(), 800u);
    for (std::size_t s = 0; s < plan.sources.size(); ++s) taken[s] += static_cast<double>(plan.sources[s].quota);
  }
  // Hypergeometric: 800 of 2800; mean 800 * share, standard error of the mean of 200 draws about 0.85.
  EXPECT_NEAR(taken[0] / seeds, 800.0 * 800 / 2800, 4);
  EXPECT_NEAR(taken[1] / seeds, 800.0 * 1000 / 2800, 4);
}

TEST(policies, human_fraction_fills_the_share_from_held_out_text) {
  auto section = policy("human_fraction");
  section.human_fraction = 0.25;
  const auto plan = plan_mix(section, pools(2));
  ASSERT_EQ(plan.sources.size(), 2u);
  EXPECT_EQ(std::get<workers::HumanSource>(plan.sources[0].origin).split, TrainableSplit::held_out);
  EXPECT_EQ(plan.sources[0].quota, 250u);
  EXPECT_EQ(plan.sources[1].quota, 750u);
}

TEST(policies, kept_human_text_is_the_same_in_every_generation_and_fresh_is_not) {
  auto section = policy("human_fraction");
  section.human_fraction = 0.1;
  EXPECT_EQ(plan_mix(section, pools(1)).sources[0].selection, plan_mix(section, pools(2)).sources[0].selection);
  section.human_draw = jobs::HumanDraw::fresh;
  EXPECT_NE(plan_mix(section, pools(1)).sources[0].first, plan_mix(section, pools(2)).sources[0].first);
  section.human_draw = jobs::HumanDraw::redrawn;
  EXPECT_NE(plan_mix(section, pools(1)).sources[0].selection, plan_mix(section, pools(2)).sources[0].selection);
}

TEST(policies, a_quota_that_cannot_be_met_names_pool_wish_and_stock) {
  auto section = policy("human_fraction");
  section.human_fraction = 0.5;
  try {
    (void)plan_mix(section, pools(1));
    FAIL() << "500 units cannot come from 300";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::bad_data);
    EXPECT_NE(e.cause().find("500"), std::string::npos) << e.cause();
    EXPECT_NE(e.cause().find("300"), std::string::npos) << e.cause();
    EXPECT_NE(e.cause().find("held_out"), std::string::npos) << e.cause();
    EXPECT_FALSE(e.hint().empty());
  }
}

}  // namespace genloss
