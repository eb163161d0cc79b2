#include <gtest/gtest.h>

#include <set>

#include "jobs/error.hpp"
#include "orchestrator/policies/algebra/policy_type.hpp"
#include "orchestrator/policies/algebra/term_text.hpp"
#include "orchestrator/policies/policy.hpp"
#include "workers/mix/unit_order.hpp"

namespace genloss::orchestrator {
namespace {

using jobs::HumanDraw;
using jobs::Shortfall;
using jobs::TrainableSplit;

// No policy can name the test split: its sources are made of TrainableSplit, which has none.
template <class Split>
concept names_the_test_split = requires {
  Split::test;
};
template <class Split>
concept names_the_validation_split = requires {
  Split::validation;
};
static_assert(std::is_same_v<decltype(Source::human), std::optional<TrainableSplit>>);
static_assert(!names_the_test_split<TrainableSplit> && !names_the_validation_split<TrainableSplit>);

Pools pools_at(int generation) {
  Pools p;
  p.generation = generation;
  p.seed = 11;
  p.unit = "sample";
  p.train = {TrainableSplit::train, 1000, storage::sha256_of("train")};
  p.held_out = {TrainableSplit::held_out, 300, storage::sha256_of("held out")};
  for (int g = 0; g < generation; ++g) p.corpora.push_back({g, 1000, storage::sha256_of(std::to_string(g))});
  return p;
}

jobs::PolicySection named(const std::string& name) {
  jobs::PolicySection section;
  section.name = name;
  return section;
}

/// "human 250, 0 100, 1 50": what a mix takes of which corpus.
std::string taken(const jobs::PolicySection& policy, int generation) {
  std::string text;
  for (const auto& source : plan_mix(policy, pools_at(generation)).sources) {
    const auto* corpus = std::get_if<workers::CorpusSource>(&source.origin);
    text += (text.empty() ? "" : ", ") + (corpus == nullptr ? "human" : std::to_string(corpus->generation)) + " " +
            std::to_string(source.quota);
  }
  return text;
}

std::string refusal_of(const std::string& terms, int generation = 2) {
  try {
    (void)read_terms(terms, generation);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    return e.what();
  }
  return "accepted";
}

/// Units of a human source, over one epoch.
std::set<std::uint64_t> units_of(const workers::MixPlan& plan, std::size_t source, std::uint64_t buffer_runs) {
  const workers::UnitOrder order(plan, plan.sources[source], buffer_runs);
  std::set<std::uint64_t> units;
  for (std::uint64_t place = 0; place < plan.sources[source].quota; ++place) units.insert(order.unit(0, place));
  EXPECT_EQ(units.size(), plan.sources[source].quota) << "a unit comes twice";
  return units;
}

}  // namespace

TEST(policy_terms, named_policies_have_the_quotas_of_their_papers) {
  auto p = named("replace_grown");
  p.size = 300;
  EXPECT_EQ(taken(p, 3), "2 900");
  EXPECT_EQ(taken(named("balanced"), 3), "human 250, 0 250, 1 250, 2 250");
  EXPECT_EQ(taken(named("incremental"), 3), "human 125, 0 125, 1 250, 2 500");
  p = named("expanding");
  p.synthetic_ratio = 0.4;
  p.human_added = 0.05;
  EXPECT_EQ(taken(p, 3), "human 1000, human 150, 0 400, 1 400, 2 400");
  p = named("augment_latest");
  p.synthetic_ratio = 0.5;
  EXPECT_EQ(taken(p, 3), "human 1000, 2 500");
  p.name = "augment_cumulative";
  EXPECT_EQ(taken(p, 3), "human 1000, 0 500, 1 500, 2 500");
  p = named("mixture");  // a = 0.5, b = 0.25
  EXPECT_EQ(taken(p, 1), "human 500, 0 500");
  EXPECT_EQ(taken(p, 2), "human 375, 0 125, 1 500");
  EXPECT_EQ(taken(named("half_history"), 1), "0 1000");
  EXPECT_EQ(taken(named("half_history"), 2), "1 500, 0 500");
  p = named("human_fraction");
  p.human_on_top = true;
  EXPECT_EQ(taken(p, 2), "human 100, 1 1000");
}

TEST(policy_terms, a_policy_and_its_numbers_change_at_a_generation) {
  auto p = named("replace");
  p.later_names = {{2, "human_fraction"}};
  p.human_fraction = 0.25;
  p.later_human_fractions = {{3, 0.1}};
  EXPECT_EQ(taken(p, 1), "0 1000");
  EXPECT_EQ(taken(p, 2), "human 250, 1 750");
  EXPECT_EQ(taken(p, 3), "human 100, 2 900");
  EXPECT_EQ(corpora_of_mix(p, 3), std::vector<int>{2});
}

TEST(policy_terms, shares_make_up_the_whole_whatever_the_rounding) {
  for (const std::uint64_t size : {7u, 100u, 333u, 999u}) {
    auto p = named("balanced");
    p.size = size;
    for (int n = 1; n < 6; ++n) EXPECT_EQ(plan_mix(p, pools_at(n)).units(), size) << "generation " << n;
  }
}

TEST(policy_terms, the_study_file_says_them) {
  auto p = named("custom");
  p.terms =
      "human train fresh 20% | corpus latest 50 % of mix | corpora before 0.3k samples | human held_out 2 % of human";
  EXPECT_EQ(taken(p, 2), "human 200, 1 500, 0 300, human 20");
  p.terms = "everything";
  EXPECT_EQ(taken(p, 2), "human 1000, 0 1000, 1 1000");
  p.terms = "human train weight 0.25 | corpus 0 500 samples weight 0.75";
  const auto plan = plan_mix(p, pools_at(2));
  EXPECT_DOUBLE_EQ(plan.sources[0].weight, 0.25 * 1500 / 1000);
  EXPECT_DOUBLE_EQ(plan.sources[1].weight, 0.75 * 1500 / 500);
}

TEST(policy_terms, what_is_wrong_in_them_is_named) {
  EXPECT_NE(refusal_of("human test").find("'test' is no human text that may be trained on"), std::string::npos);
  EXPECT_NE(refusal_of("human train | corpsu latest").find("term 2 'corpsu latest'"), std::string::npos);
  EXPECT_NE(refusal_of("corpus 2").find("there is no corpus 2 yet"), std::string::npos);
  EXPECT_NE(refusal_of("corpus latest 20").find("'20' is no quota"), std::string::npos);
  EXPECT_NE(refusal_of("corpus latest 0 %").find("above 0"), std::string::npos);
  EXPECT_NE(refusal_of("corpus latest weight 2").find("share of the loss"), std::string::npos);
  EXPECT_NE(refusal_of("corpus latest all of it").find("'of' is left over"), std::string::npos);
  EXPECT_NE(refusal_of("").find("a source should follow"), std::string::npos);
}

TEST(policy_terms, fresh_human_text_is_in_no_two_mixes_until_the_pool_ends) {
  auto p = named("human_fraction");
  p.human_draw = HumanDraw::fresh;  // 100 of 300 held-out units each time
  for (const std::uint64_t buffer_runs : {0u, 1u, 4u}) {
    std::set<std::uint64_t> all;
    for (int n = 1; n <= 3; ++n) {
      for (const auto unit : units_of(plan_mix(p, pools_at(n)), 0, buffer_runs)) {
        EXPECT_TRUE(all.insert(unit).second) << "unit " << unit << " is in the mix of generation " << n << " again";
      }
    }
    EXPECT_EQ(all.size(), 300u);
  }
  try {
    (void)plan_mix(p, pools_at(4));
    FAIL() << "the pool has ended";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::bad_data);
    EXPECT_NE(e.cause().find("of which earlier mixes left 0"), std::string::npos) << e.cause();
  }
}

TEST(policy_terms, a_shortfall_is_told_with_what_was_done) {
  auto p = named("human_fraction");
  p.human_draw = HumanDraw::fresh;
  p.human_fraction = 0.2;  // 200 of 300
  p.shortfall = Shortfall::shrink;
  auto plan = plan_mix(p, pools_at(2));
  EXPECT_EQ(plan.sources[0].quota, 100u);
  ASSERT_EQ(plan.notes.size(), 1u);
  EXPECT_NE(plan.notes[0].find("generation 2"), std::string::npos);
  EXPECT_NE(plan.notes[0].find("the mix is smaller by 100"), std::string::npos) << plan.notes[0];
  p.shortfall = Shortfall::repeat;
  plan = plan_mix(p, pools_at(2));
  EXPECT_EQ(plan.sources[0].quota, 200u);
  EXPECT_EQ(plan.sources[0].first, 200u);
  EXPECT_NE(plan.notes.at(0).find("the pool begins again"), std::string::npos) << plan.notes[0];
  EXPECT_EQ(units_of(plan, 0, 2).size(), 200u);
  EXPECT_TRUE(plan_mix(p, pools_at(1)).notes.empty());

  auto grown = named("replace_grown");
  grown.shortfall = Shortfall::repeat;
  EXPECT_EQ(taken(grown, 2), "1 1000, 1 1000");
  const auto twice = plan_mix(grown, pools_at(2));
  const workers::UnitOrder first(twice, twice.sources[0], 0), second(twice, twice.sources[1], 0);
  int equal = 0;
  for (std::uint64_t place = 0; place < 1000; ++place) equal += first.unit(0, place) == second.unit(0, place) ? 1 : 0;
  EXPECT_LT(equal, 20) << "both passes have one order";
}

TEST(policy_terms, cumulative_human_text_grows_and_holds_what_was_there_before) {
  auto p = named("expanding");
  p.human_added = 0.1;
  const auto two = plan_mix(p, pools_at(2)), three = plan_mix(p, pools_at(3));
  const auto before = units_of(two, 1, 1), after = units_of(three, 1, 1);
  EXPECT_EQ(before.size(), 200u);
  EXPECT_EQ(after.size(), 300u);
  EXPECT_TRUE(std::includes(after.begin(), after.end(), before.begin(), before.end()));
}

TEST(policy_terms, plans_come_back_from_their_file_with_weights_and_notes) {
  auto p = named("custom");
  p.shortfall = Shortfall::repeat;
  p.terms = "human held_out fresh 400 samples weight 0.5 | corpus latest weight 0.5";
  const auto plan = plan_mix(p, pools_at(2));
  ASSERT_FALSE(plan.notes.empty());
  const auto back = workers::MixPlan::parse(plan.json(), "here");
  EXPECT_EQ(back.digest(), plan.digest());
  EXPECT_EQ(back.notes, plan.notes);
  EXPECT_EQ(back.sources[0].weight, plan.sources[0].weight);
  auto other = plan;
  other.sources[0].weight *= 2;
  EXPECT_NE(other.digest(), plan.digest());
}

TEST(policy_terms, plans_of_the_first_four_policies_keep_their_digests) {
  // As they were when policies were an enumeration.
  auto p = named("human_fraction");
  p.human_draw = HumanDraw::redrawn;
  EXPECT_EQ(plan_mix(named("replace"), pools_at(2)).digest().text(),
            "sha256:5fc803f2d8ea401f89659e2a67b5c0eb4dea698b23352e508ed17f4ae7b6d851");
  EXPECT_EQ(plan_mix(named("accumulate"), pools_at(2)).digest().text(),
            "sha256:da82bf1d2d0843821a1b26939c5cb032ec7fb393bd12a7b582149b49f33ae022");
  EXPECT_EQ(plan_mix(named("accumulate_subsample"), pools_at(2)).digest().text(),
            "sha256:5f2ca6f69af98b5f0b5230b369a57e135f07ed2edbaf57cdc40d447bdb58db94");
  EXPECT_EQ(plan_mix(p, pools_at(2)).digest().text(),
            "sha256:ceabab81c3ac62e7be6000faa4ffd253101ddbed2ab9ee24148d9b7ecf438c7e");
}

// A policy sees no labels: what it is given does not have them, and the sources that it can name do not either.
template <class T>
concept knows_the_web = requires(T t) {
  t.synthetic_share;
}
|| requires(T t) { t.labelled; }
|| requires(T t) { t.web; };
static_assert(knows_the_web<WebSection> && knows_the_web<Pools>);  // the concept can tell
static_assert(!knows_the_web<jobs::PolicySection> && !knows_the_web<Source> && !knows_the_web<Term>);
static_assert(std::is_invocable_v<decltype(PolicyType::mixture), const jobs::PolicySection&, int>);
static_assert(!std::is_invocable_v<decltype(PolicyType::mixture), const Pools&, int> &&
              !std::is_invocable_v<decltype(PolicyType::mixture), const jobs::StudySpec&, int>);

TEST(open_web, a_draw_has_the_share_of_synthetic_text_that_the_web_has) {
  auto policy = named("open_web");
  policy.human_fraction = 0;
  policy.size = 1000;
  Pools pools = pools_at(3);
  pools.web = {0.4, 0, {}, {}};
  const auto synthetic = [&] {
    std::uint64_t units = 0;
    const auto plan = plan_mix(policy, pools);
    EXPECT_EQ(plan.units(), 1000u);
    for (const auto& source : plan.sources) {
      if (std::holds_alternative<workers::CorpusSource>(source.origin)) units += source.quota;
    }
    return units;
  };
  EXPECT_EQ(synthetic(), 400u);
  policy.leave_out_labelled = true;  // no label is left: nothing can be left out
  EXPECT_EQ(synthetic(), 400u);
  pools.web.labelled = 0.5;  // 200 of 400 are known; of the 800 that are left 200 are synthetic
  EXPECT_EQ(synthetic(), 250u);
  policy.leave_out_labelled = false;
  EXPECT_EQ(synthetic(), 400u);
  pools.web.labelled = 1;
  policy.leave_out_labelled = true;
  EXPECT_EQ(synthetic(), 0u);
}

TEST(open_web, shares_grow_by_generation_and_the_sources_say_the_truth) {
  const WebSection web{0.1, 0, {{2, 0.3}, {5, 0.9}}, {{3, 0.25}}};
  EXPECT_EQ(web.of(0).synthetic_share, 0.1);
  EXPECT_EQ(web.of(2).synthetic_share, 0.3);
  EXPECT_EQ(web.of(9).synthetic_share, 0.9);
  EXPECT_EQ(web.of(2).labelled, 0);
  EXPECT_EQ(web.of(3).labelled, 0.25);
  auto policy = named("custom");
  policy.size = 1000;
  policy.terms = "human held_out kept 20 % | web 80 %";
  Pools pools = pools_at(2);
  pools.web = {0.5, 0, {}, {}};
  std::uint64_t human = 0, models = 0;
  for (const auto& source : plan_mix(policy, pools).sources) {
    (std::holds_alternative<workers::CorpusSource>(source.origin) ? models : human) += source.quota;
  }
  EXPECT_EQ(human, 200u + 400u);
  EXPECT_EQ(models, 400u);
}

}  // namespace genloss::orchestrator
