// Terms that choose samples by a column: how they are said, and what a plan makes of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "jobs/error.hpp"
#include "orchestrator/policies/algebra/policy_type.hpp"
#include "orchestrator/policies/algebra/term_text.hpp"
#include "orchestrator/policies/policy.hpp"
#include "storage/corpus/chosen_samples.hpp"
#include "tests/workers/plain/temporary_directory.hpp"

namespace genloss::orchestrator {
namespace {

constexpr std::uint64_t corpus_samples = 1000;

/// Pools over corpora of samples of one number; column "id" is the sample's id, "zero" is 0, "holes" has none for every
/// fourth.
class ColumnsAtHand {
 public:
  ColumnsAtHand() {
    storage::CorpusManifest manifest;
    manifest.format = {storage::ElementType::u32, false, 1, {}};
    storage::ShardRecord record;
    record.samples = record.values = corpus_samples;
    storage::write_corpus_manifest(scratch_.path(), manifest, std::vector{record});
    corpus_ = std::make_shared<storage::CorpusReader>(scratch_.path(), std::make_shared<storage::ShardCache>(4));
  }
  [[nodiscard]] Pools at(int generation) const {
    Pools p;
    p.generation = generation;
    p.seed = 11;
    p.unit = "sample";
    p.train = {jobs::TrainableSplit::train, 1000, storage::sha256_of("train")};
    p.held_out = {jobs::TrainableSplit::held_out, 300, storage::sha256_of("held out")};
    for (int g = 0; g < generation; ++g) {
      p.corpora.push_back({g, corpus_samples, storage::sha256_of(std::to_string(g))});
    }
    p.columns = [](const std::string& column, int) {
      std::vector<double> values(corpus_samples);
      std::iota(values.begin(), values.end(), 0.0);
      for (std::size_t i = 0; i < values.size() && column != "id"; ++i) {
        values[i] = column == "holes" && i % 4 == 0 ? std::nan("") : 0;
      }
      return values;
    };
    p.chosen = [this](int, std::span<const std::uint64_t> samples) {
      auto made = std::make_shared<const storage::ChosenSamples>(*corpus_, samples);
      return Pools::Chosen{made, made->size()};
    };
    return p;
  }

 private:
  tests::TemporaryDirectory scratch_;
  std::shared_ptr<storage::CorpusReader> corpus_;
};

jobs::PolicySection with_terms(const std::string& terms) {
  jobs::PolicySection section;
  section.name = "custom";
  section.terms = terms;
  return section;
}

std::string said_again(const std::string& selection) {
  return text_of(read_terms("corpus latest where " + selection, 2).at(0).selectors.at(0));
}

std::string refused(const std::string& terms) {
  try {
    (void)read_terms(terms, 2);
  } catch (const Error& e) {
    return e.cause();
  }
  return "";
}

std::vector<std::uint64_t> ids_of(const workers::MixSource& source) {
  std::vector<std::uint64_t> ids;
  for (std::uint64_t i = 0; i < source.index->content->size(); ++i) ids.push_back((*source.index->content)[i].sample);
  return ids;
}

}  // namespace

TEST(selected_terms, say_what_they_were_read_as) {
  for (const std::string text :
       {"surprise.mean top 50 %", "words bottom 12.5 %", "x above 3", "x below -0.5", "x equal 0", "x not equal 1",
        "x above 3 hits 0.9 false 0.2", "x not equal 1 hits 0.5 false 0", "r softmax 4", "r softmax 4 temperature 0.5",
        "w weighted exp", "w weighted identity cap 3", "w weighted rank cap 1 draw 25 %",
        "w weighted exp draw 150 %"}) {
    EXPECT_EQ(said_again(text), text);
  }
  const auto terms =
      read_terms("corpora all where a top 10 % and b above 2 20 % weight 0.5 | human train 5 % weight 0.5", 3);
  ASSERT_EQ(terms.size(), 2u);
  EXPECT_EQ(terms[0].selectors.size(), 2u);
  EXPECT_EQ(terms[0].source.end_corpus, 3);
  EXPECT_EQ(terms[0].quota.of, Quota::Of::mix);
  EXPECT_EQ(terms[0].loss_share, 0.5);
  EXPECT_EQ(read_selection("a", "top 10 % and b above 2").size(), 2u);
}

TEST(selected_terms, are_refused_with_the_reason) {
  EXPECT_NE(refused("human train where a top 1 %").find("human text has no columns"), std::string::npos);
  EXPECT_NE(refused("everything where a top 1 %").find("human text has no columns"), std::string::npos);
  EXPECT_NE(refused("corpus latest where a top 101 %").find("more than 100 %"), std::string::npos);
  EXPECT_NE(refused("corpus latest where a top 10").find("percent"), std::string::npos);
  EXPECT_NE(refused("corpus latest where a most 10 %").find("'most' is no selection"), std::string::npos);
  EXPECT_NE(refused("corpus latest where a above 1 hits 1.5 false 0").find("a probability of 1.5"), std::string::npos);
  EXPECT_NE(refused("corpus latest where a above 1 hits 1").find("followed by 'false Q'"), std::string::npos);
  EXPECT_NE(refused("corpus latest where a softmax 0").find("at least 1"), std::string::npos);
  EXPECT_NE(refused("corpus latest where a weighted power").find("exp | identity | rank"), std::string::npos);
  EXPECT_NE(refused("corpus latest where a/b top 1 %").find("no column"), std::string::npos);
  EXPECT_NE(refused("corpus latest where").find("a column should follow"), std::string::npos);
}

TEST(selected_terms, take_their_quotas_of_what_is_chosen) {
  const ColumnsAtHand columns;
  auto policy = with_terms("human train 20 % | corpus latest where id top 50 % 40 % | corpus 0 where id below 30");
  const auto plan = plan_mix(policy, columns.at(2));
  ASSERT_EQ(plan.sources.size(), 3u);
  EXPECT_EQ(plan.sources[0].quota, 200u);
  EXPECT_FALSE(plan.sources[0].index);
  EXPECT_EQ(plan.sources[1].available, 500u);
  EXPECT_EQ(plan.sources[1].quota, 400u) << "of the size of the corpus, not of what is chosen of it";
  EXPECT_EQ(ids_of(plan.sources[1]).front(), 500u);
  EXPECT_EQ(plan.sources[2].quota, 30u);
  EXPECT_EQ(plan.sources[2].index->samples, 30u);
  EXPECT_EQ(plan.sources[2].index->by, "id below 30");
  const auto back = workers::MixPlan::parse(plan.json(), "here");
  EXPECT_EQ(back.digest(), plan.digest());
  policy.terms.back() = '1';  // below 31
  EXPECT_NE(plan_mix(policy, columns.at(2)).digest(), plan.digest());
}

TEST(selected_terms, choose_one_after_the_other) {
  const ColumnsAtHand columns;
  const auto plan = plan_mix(with_terms("corpus latest where id top 50 % and id bottom 20 %"), columns.at(1));
  const auto ids = ids_of(plan.sources.at(0));
  EXPECT_EQ(ids.size(), 100u);
  EXPECT_EQ(ids.front(), 500u);
  EXPECT_EQ(ids.back(), 599u);
}

TEST(selected_terms, two_halves_are_the_whole_also_among_equals) {
  const ColumnsAtHand columns;
  const auto plan =
      plan_mix(with_terms("corpus latest where zero top 50 % | corpus latest where zero bottom 50 %"), columns.at(1));
  auto ids = ids_of(plan.sources.at(0));
  const auto others = ids_of(plan.sources.at(1));
  EXPECT_NE(ids.back(), 499u) << "it is a random half";
  ids.insert(ids.end(), others.begin(), others.end());
  std::sort(ids.begin(), ids.end());
  for (std::uint64_t i = 0; i < corpus_samples; ++i) ASSERT_EQ(ids.at(i), i);
}

TEST(selected_terms, of_several_corpora_choose_from_each_and_equal_choices_are_one_index) {
  const ColumnsAtHand columns;
  const auto plan =
      plan_mix(with_terms("corpora all where zero top 10 % | corpus 1 where zero top 10 %"), columns.at(3));
  ASSERT_EQ(plan.sources.size(), 4u);
  for (const auto& source : plan.sources) EXPECT_EQ(source.quota, 100u);
  EXPECT_NE(plan.sources[0].index->digest, plan.sources[1].index->digest);
  EXPECT_EQ(plan.sources[1].index->digest, plan.sources[3].index->digest);
  EXPECT_EQ(plan.index_file(3), plan.index_file(1));
}

TEST(selected_terms, that_come_to_too_little_say_so) {
  const ColumnsAtHand columns;
  auto policy = with_terms("corpus latest where id top 50 % 80 %");
  try {
    (void)plan_mix(policy, columns.at(2));
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::bad_data);
    EXPECT_NE(
        e.cause().find("800 units (sample) wanted from the samples of the corpus of generation 1 where id top 50 %, "
                       "which come to 500"),
        std::string::npos)
        << e.cause();
  }
  policy.shortfall = jobs::Shortfall::repeat;
  const auto repeated = plan_mix(policy, columns.at(2));
  EXPECT_EQ(repeated.units(), 800u);
  EXPECT_EQ(repeated.notes.size(), 1u);
  policy.shortfall = jobs::Shortfall::shrink;
  EXPECT_EQ(plan_mix(policy, columns.at(2)).units(), 500u);
  policy.terms = "corpus latest where id above 5000 | human train all";
  EXPECT_EQ(plan_mix(policy, columns.at(2)).units(), 1000u);
  policy.shortfall = jobs::Shortfall::stop;
  EXPECT_THROW((void)plan_mix(policy, columns.at(2)), Error);
}

TEST(selected_terms, tell_which_samples_have_no_value) {
  const ColumnsAtHand columns;
  const auto plan = plan_mix(with_terms("corpus latest where holes below 1"), columns.at(1));
  EXPECT_EQ(plan.units(), 750u);
  ASSERT_EQ(plan.notes.size(), 1u);
  EXPECT_NE(plan.notes[0].find("250 of 1000 samples of corpus 0 have no value in holes"), std::string::npos);
}

TEST(selected_terms, name_the_columns_that_they_need) {
  using Named = std::vector<std::pair<std::string, int>>;
  EXPECT_EQ(columns_of_mix(with_terms("human train | corpora all where a.mean top 5 % and b above 1"), 2),
            (Named{{"a", 0}, {"a", 1}, {"b", 0}, {"b", 1}}));
  EXPECT_EQ(columns_of_mix(with_terms("corpus latest where a.max top 5 % | corpus latest where a.mean top 5 %"), 2),
            (Named{{"a", 1}}));
  EXPECT_EQ(columns_of_mix(with_terms("corpora all"), 2), Named{});
  EXPECT_EQ(columns_of_mix(with_terms("corpora all where a top 5 %"), 0), Named{});
}

TEST(selected_terms, are_foretold_by_their_shares) {
  Pools pools = ColumnsAtHand().at(2);
  pools.foretold = true;
  pools.columns = {};
  pools.chosen = {};
  const auto units = [&](const std::string& selection) {
    const auto plan = plan_mix(with_terms("corpus latest where " + selection), pools);
    EXPECT_FALSE(plan.sources.at(0).index);
    return plan.units();
  };
  EXPECT_EQ(units("a top 30 %"), 300u);
  EXPECT_EQ(units("a softmax 4"), 250u);
  EXPECT_EQ(units("a weighted exp cap 2 draw 150 %"), 1500u);
  EXPECT_EQ(units("a above 1"), 1000u) << "nobody knows: at most";
  EXPECT_EQ(units("a above 1 hits 0.5 false 0.1 and b top 10 %"), 50u);
}

TEST(choosing_policies, fill_what_human_text_leaves) {
  const ColumnsAtHand columns;
  jobs::PolicySection policy;
  policy.name = "surprising";
  EXPECT_THROW((void)plan_mix(policy, columns.at(2)), Error) << "no column is named";
  policy.column = "id";
  EXPECT_EQ(plan_mix(policy, columns.at(2)).units(), 500u);
  policy.human_beside = 0.2;
  auto plan = plan_mix(policy, columns.at(2));
  EXPECT_EQ(plan.units(), 625u);
  EXPECT_EQ(plan.sources.at(0).quota, 125u);
  policy.size = 300;
  plan = plan_mix(policy, columns.at(2));
  EXPECT_EQ(plan.sources.at(0).quota, 60u);
  EXPECT_EQ(plan.sources.at(1).quota, 240u);
  EXPECT_EQ(plan.sources.at(1).available, 500u);
  policy.human_draw = jobs::HumanDraw::fresh;
  EXPECT_EQ(plan_mix(policy, columns.at(3)).sources.at(0).first, 120u);
  policy.size = 0;
  EXPECT_THROW((void)plan_mix(policy, columns.at(3)), Error);
}

TEST(choosing_policies, have_the_readings_of_their_papers_and_take_others) {
  const ColumnsAtHand columns;
  const auto by = [&](const std::string& name, const std::string& select = "") {
    jobs::PolicySection policy;
    policy.name = name;
    policy.column = "id";
    policy.select = select;
    return plan_mix(policy, columns.at(2)).sources.at(0).index->by;
  };
  EXPECT_EQ(by("verified"), "id above 0.5");
  EXPECT_EQ(by("verified", "above 7 hits 0.9 false 0.3"), "id above 7 hits 0.9 false 0.3");
  EXPECT_EQ(by("curated"), "id softmax 2");
  EXPECT_EQ(by("importance"), "id weighted exp cap 1 draw 50 %");
  EXPECT_EQ(by("excluded"), "id equal 0");
  EXPECT_EQ(by("deduplicated", "equal 0 and zero below 1"), "id equal 0 and zero below 1");
  EXPECT_THROW((void)by("curated", "softmax"), Error);
}

TEST(choosing_policies, human_slices_come_one_after_the_other_and_share_none) {
  const ColumnsAtHand columns;
  jobs::PolicySection policy;
  policy.name = "human_slices";
  policy.human_pool = jobs::TrainableSplit::train;
  policy.slices = 4;
  for (int n = 1; n <= 4; ++n) {
    const auto plan = plan_mix(policy, columns.at(n));
    ASSERT_EQ(plan.sources.size(), 2u);
    EXPECT_EQ(plan.sources[1].quota, 250u);
    EXPECT_EQ(plan.sources[1].first, 250u * static_cast<unsigned>(n - 1));
  }
  EXPECT_EQ(plan_mix(policy, columns.at(5)).sources.size(), 1u) << "no slice is left";
}

}  // namespace genloss::orchestrator
