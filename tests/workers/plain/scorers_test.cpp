// Scorers against values that can be counted by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "jobs/error.hpp"
#include "storage/corpus/corpus_format.hpp"
#include "tests/workers/plain/temporary_directory.hpp"
#include "workers/families/family_type.hpp"
#include "workers/families/gaussian/gaussian_model.hpp"
#include "workers/families/gaussian/gaussian_options.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::workers {
namespace {

/// Samples of small numbers. @param first id of the first one
template <class T>
SampleBlock block_of(const std::vector<std::vector<T>>& samples, storage::ElementType type, std::uint64_t first = 0) {
  SampleBlock block;
  block.first = first;
  block.type = type;
  block.starts.push_back(0);
  for (const auto& sample : samples) {
    const auto bytes = std::as_bytes(std::span(sample));
    block.values.insert(block.values.end(), bytes.begin(), bytes.end());
    block.starts.push_back(block.starts.back() + sample.size());
    block.given.push_back(0);
    block.ended.push_back(true);
  }
  return block;
}
SampleBlock tokens_of(const std::vector<std::vector<std::uint16_t>>& samples, std::uint64_t first = 0) {
  return block_of(samples, storage::ElementType::u16, first);
}

/// A scorer of `text` at work on blocks in one process.
class Scored {
 public:
  explicit Scored(const std::string& text, std::filesystem::path model = {}) {
    jobs::set_column(spec_, "column", text, "test");
    spec_.study.family = "gaussian";
    spec_.parts.of<GaussianOptions>().replicates = 1;
    family_ = make_family(spec_);
    const ScorerContext context{spec_.columns.front(), *family_, [model] { return model; }};
    scorer_ = scorer_type(spec_.columns.front().scorer).make(context);
  }
  void fold(const std::vector<SampleBlock>& corpus, const std::vector<SampleBlock>& human = {}) {
    std::vector<std::vector<std::byte>> summaries, of_human;
    for (const SampleBlock& block : corpus) summaries.push_back(scorer_->summary(block));
    for (const SampleBlock& block : human) of_human.push_back(scorer_->human_summary(block));
    scorer_->begin(scorer_->combined(of_human, summaries));
  }
  ScoredBlock operator()(const SampleBlock& block) { return scorer_->score(block); }

 private:
  jobs::StudySpec spec_;
  std::unique_ptr<Family> family_;
  std::unique_ptr<SampleScorer> scorer_;
};

using Numbers = std::vector<double>;

}  // namespace

TEST(scorers, write_values_that_shards_can_hold) {
  ASSERT_GE(scorer_types().size(), 6u);
  for (const ScorerType* type : scorer_types()) {
    jobs::StudySpec spec;
    jobs::set_column(spec, "column", type->name, "test");
    EXPECT_NO_THROW(storage::check_format(format_of(spec.columns.front()))) << type->name;
    for (const ColumnValue& value : type->values) EXPECT_FALSE(value.meaning.empty()) << type->name;
    for (const jobs::Setting& setting : type->settings) EXPECT_NO_THROW(setting.check(setting.value)) << setting.name;
    if (type->model_setting.empty()) continue;
    EXPECT_EQ(model_of(spec.columns.front(), 3).generation, 3) << "own, where nothing is said";
  }
}

TEST(scorers, are_addressed_by_column_and_value) {
  jobs::StudySpec spec;
  jobs::set_column(spec, "loops", "repetition", "test");
  jobs::set_column(spec, "surprise", "log_probability model=2", "test");
  EXPECT_EQ(column_address(spec, "loops").value, "share") << "the only value needs no name";
  EXPECT_EQ(column_address(spec, "surprise.mean").value, "mean");
  EXPECT_EQ(model_of(*column_address(spec, "surprise.max").column, 7).generation, 2);
  const auto refusal = [&](const std::string& address) {
    try {
      (void)column_address(spec, address);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      return std::string(error.what()) + " " + error.hint();
    }
    return std::string();
  };
  EXPECT_NE(refusal("surprize.mean").find("did you mean 'surprise'?"), std::string::npos);
  EXPECT_NE(refusal("surprise.meen").find("did you mean 'mean'?"), std::string::npos);
  EXPECT_NE(refusal("surprise").find("more than one value"), std::string::npos);
}

TEST(scorers, length_counts_what_was_drawn) {
  SampleBlock block = tokens_of({{1, 2, 3}, {}, {4, 5}});
  block.given = {1, 0, 0};
  block.ended = {true, true, false};
  const ScoredBlock scored = Scored("length")(block);
  EXPECT_EQ(scored.columns[0], (Numbers{2, 0, 2})) << "the prompt does not count";
  EXPECT_EQ(scored.columns[1], (Numbers{1, 1, 0}));
}

TEST(scorers, repetition_is_the_share_of_runs_that_came_before) {
  // abab: runs of two are ab, ba, ab: one of three came before. aaaa: aa three times.
  SampleBlock block = tokens_of({{7, 8, 7, 8}, {5, 5, 5, 5}, {1, 2, 3, 4}, {9}, {1, 1, 1, 2}});
  block.given[4] = 1;  // what is repeated of the prompt alone is not the sample's
  const ScoredBlock scored = Scored("repetition n=2")(block);
  const Numbers expected{1.0 / 3, 2.0 / 3, 0, 0, 0};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_DOUBLE_EQ(scored.columns[0][i], expected[i]) << i;
  // 0x0708 is one value of two bytes, not two.
  EXPECT_EQ(Scored("repetition n=1")(tokens_of({{0x0707}})).columns[0], Numbers{0});
}

TEST(scorers, value_is_the_first_drawn_one_or_an_entry_of_a_table) {
  SampleBlock block = tokens_of({{2, 0}, {1, 1}, {}, {2, 1}});
  block.given[3] = 1;
  EXPECT_EQ(Scored("value")(block).columns[0], (Numbers{2, 1, 0, 1}));
  EXPECT_EQ(Scored("value table=0.5,0,3")(block).columns[0], (Numbers{3, 0, 0, 0}));
  EXPECT_EQ(Scored("value at=1")(block).columns[0], (Numbers{0, 1, 0, 0}));
  EXPECT_EQ(Scored("value")(block_of<double>({{-0.25}}, storage::ElementType::f64)).columns[0], Numbers{-0.25});
  try {
    (void)Scored("value table=0,1")(block);
    FAIL() << "2 is in no table of two";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
  }
}

TEST(scorers, duplicates_name_the_first_of_them_wherever_it_lies) {
  SampleBlock one = tokens_of({{1, 2}, {3}, {1, 2}}, 0), other = tokens_of({{3}, {1, 2}, {9, 1, 2}, {}}, 3);
  other.given[2] = 1;
  Scored duplicates("duplicates");
  duplicates.fold({one, other});
  const ScoredBlock first = duplicates(one), second = duplicates(other);
  EXPECT_EQ(first.columns[0], (Numbers{0, 1, 0}));
  EXPECT_EQ(first.columns[1], (Numbers{4, 2, 4}));
  EXPECT_EQ(first.columns[2], (Numbers{0, 0, 1}));
  EXPECT_EQ(second.columns[0], (Numbers{1, 0, 0, 6})) << "prompts do not count: 1 2 behind 9 is drawn like 1 2";
  EXPECT_EQ(second.columns[1], (Numbers{2, 4, 4, 1}));
  EXPECT_EQ(second.columns[2], (Numbers{1, 1, 1, 0}));
}

TEST(scorers, ngram_importance_is_the_log_ratio_of_smoothed_counts) {
  // Unigrams in so many buckets that 1 and 2 do not meet. Human: 1 1 1 2; corpus: 1 2 2 2.
  Scored importance("ngram_importance n=1 buckets=1000000");
  const SampleBlock corpus = tokens_of({{1, 2}, {2, 2}}), human = tokens_of({{1, 1, 1, 2}});
  importance.fold({corpus}, {human});
  const ScoredBlock scored = importance(corpus);
  const double one = std::log(4.0 / 2.0), two = std::log(2.0 / 4.0);  // (3 + 1) / (1 + 1), (1 + 1) / (3 + 1)
  EXPECT_NEAR(scored.columns[0][0], one + two, 1e-12);
  EXPECT_NEAR(scored.columns[0][1], 2 * two, 1e-12);
  EXPECT_NEAR(scored.columns[1][1], two, 1e-12);
  // Of a text with itself there is nothing to tell.
  Scored same("ngram_importance n=3 buckets=50");
  same.fold({corpus}, {corpus});
  const ScoredBlock itself = same(corpus);
  for (const double total : itself.columns[0]) EXPECT_NEAR(total, 0, 1e-12);
}

TEST(scorers, log_probability_of_a_gaussian_is_its_density) {
  const tests::TemporaryDirectory folder;
  // N(1, 4) and, collapsed, N(2, 0).
  save_gaussian({2, 1, {1, 2}, {4, 0}}, 1, folder.path());
  Scored surprise("log_probability tokens=yes", folder.path());
  const ScoredBlock scored = surprise(block_of<double>({{3, 2}, {1, 2}, {1, 2.5}}, storage::ElementType::f64));
  const double narrow = std::log(2.0) + 0.5 * std::log(2 * M_PI);
  EXPECT_NEAR(scored.columns[0][0], -(0.5 + narrow), 1e-12);
  EXPECT_NEAR(scored.columns[0][1], -narrow, 1e-12);
  EXPECT_NEAR(scored.columns[1][0], (0.5 + narrow) / 2, 1e-12) << "of two replicates, one certain";
  EXPECT_NEAR(scored.columns[2][1], narrow * narrow / 4, 1e-12);
  EXPECT_NEAR(scored.columns[3][0], 0.5 + narrow, 1e-12);
  EXPECT_EQ(scored.columns[4], (Numbers{2, 2, 2}));
  EXPECT_TRUE(std::isinf(scored.columns[0][2])) << "what a collapsed model cannot draw";
  EXPECT_FALSE(std::isnan(scored.columns[2][2]));
  ASSERT_EQ(scored.token_starts, (std::vector<std::uint64_t>{0, 2, 4, 6}));
  EXPECT_NEAR(scored.tokens[0], 0.5 + narrow, 1e-6);
  EXPECT_EQ(scored.tokens[1], 0);
  EXPECT_THROW((void)surprise(tokens_of({{1, 2}})), Error) << "of another family";
}

}  // namespace genloss::workers
