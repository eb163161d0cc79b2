// n-gram chains of text through the real shards, mixes and model files, against what is known of Wright-Fisher
// populations (science.md, CF12), within 4 standard errors.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <string>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "jobs/study_file.hpp"
#include "tests/workers/plain/chain_expectations.hpp"
#include "workers/families/family_type.hpp"
#include "workers/families/ngram/ngram_family.hpp"
#include "workers/measures/statistics/interval.hpp"

namespace genloss::workers {
namespace {

using Chain = tests::ClosedFormChain<NgramFamily>;

/// A folder of two files: one to train on, one to test on; and studies of it.
class Ngrams : public testing::Test {
 protected:
  Ngrams() {
    const jobs::CounterRandom random({5, jobs::Purpose::synthetic_load, 0});
    std::string train, test;
    for (std::uint64_t i = 0; i < 24'000; ++i) train += "abcdefghijklmnop"[random.below(16, i, 0)];
    for (std::uint64_t i = 0; i < 2'000; ++i) test += "abcdefghijklmnop"[random.below(16, i, 1)];
    std::ofstream(scratch_.path() / "a.txt") << train;
    std::ofstream(scratch_.path() / "b.txt") << test;
  }
  [[nodiscard]] jobs::StudySpec study(int order, int length, int replicates, std::uint64_t samples) const {
    auto spec = tests::closed_form_study("ngram", samples);
    spec.data.source = scratch_.path();
    spec.data.test = {"b"};
    spec.parts.of<NgramOptions>() = {order, replicates, length, 1000};
    return spec;
  }
  /// The first generation from `samples` units of human text, each other from the corpus before it.
  static MixPlan replaced(int n, const Family& family, const std::vector<storage::CorpusManifest>& corpora,
                          std::uint64_t samples) {
    MixPlan plan{n, family.units().unit_name(), 1, 11, {}};
    const auto train = jobs::TrainableSplit::train;
    if (n == 0) {
      plan.sources.push_back(
          {HumanSource{train}, family.units().human_digest(train), family.units().human_units(train), samples, 0});
    } else {
      plan.sources.push_back({CorpusSource{n - 1}, corpora.back().digest(), samples, samples, 0});
    }
    return plan;
  }
  /// Variety after n fits against (1 - 1/draws)^(n-1) of that after the first.
  void expect_decay(const jobs::StudySpec& spec, const char* measure, double draws) {
    const auto self = comms::make_self();
    const auto samples = spec.sampling.samples;
    Chain chain(
        spec, [samples](int n, const Family& f, const auto& corpora) { return replaced(n, f, corpora, samples); },
        *self);
    const NgramKind kind(spec);
    std::vector<double> first, numbers(NgramKind::model_records().size());
    const std::size_t which = std::string(measure) == "token_heterozygosity" ? 2 : 3;
    for (int n = 1; n <= 6; ++n) {
      (void)chain.step();
      const auto model = load_chains(kind.format(), chain.model_folder(n - 1));
      std::vector<double> differences, wrong;
      for (std::uint64_t r = 0; r < model.replicates; ++r) {
        kind.numbers(model, r, numbers);
        if (n == 1) first.push_back(numbers[which]);
        differences.push_back(numbers[which] - first[r] * std::pow(1 - 1 / draws, n - 1));
        wrong.push_back(numbers[which] - first[r] * std::pow(1 - 1.5 / draws, n - 1));
      }
      if (n == 1) continue;
      const auto estimate = mean_of(differences), other = mean_of(wrong);
      EXPECT_LT(std::abs(estimate.mean) / estimate.standard_error, 4) << measure << " after " << n << " fits";
      if (n > 4) {
        EXPECT_GT(std::abs(other.mean) / other.standard_error, 4) << "a wrong number of draws is not noticed";
      }
    }
  }
  tests::TemporaryDirectory scratch_;
};

TEST_F(Ngrams, TokensOfOrderOneAreAPopulationOfTokens) {  // CF12 with M L draws
  expect_decay(study(1, 6, 400, 5), "token_heterozygosity", 30);
}

TEST_F(Ngrams, SamplesOfAnOrderAboveTheirLengthAreAPopulationOfSamples) {  // CF12 with M draws
  expect_decay(study(16, 4, 400, 12), "sample_heterozygosity", 12);
}

TEST_F(Ngrams, DrawsAreFoundWithTheFrequenciesOfCounts) {
  // Against counting by hand: what follows "ab" in samples of "abab...", contexts of the begin included.
  const std::string text = "abcabdabcxabxxxx";  // two samples of 8
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  const NgramIndex index(bytes, 8, 3);
  std::map<char, int> after;
  const auto range = index.following(std::vector<std::uint8_t>{'z', 'a', 'b'});
  for (std::size_t place = range.begin; place < range.end; ++place) ++after[static_cast<char>(index.token(place))];
  // "ab" is followed by c, d in the first sample, and by x in the second, where "c" of the first ends nothing.
  EXPECT_EQ(after, (std::map<char, int>{{'c', 1}, {'d', 1}, {'x', 1}}));
  int matched = 0;
  const auto begin = index.following({}, &matched);
  EXPECT_EQ(begin.size(), 2U);
  EXPECT_EQ(matched, 2);
  // Seen at the end of a sample alone: as much of it as stood before a token.
  const auto backed = index.following(std::vector<std::uint8_t>{'d', 'a', 'x'}, &matched);
  EXPECT_EQ(matched, 1);
  EXPECT_GT(backed.size(), 0U);
}

TEST_F(Ngrams, SummaryIsThatOfCounting) {
  const auto spec = study(3, 8, 1, 40);
  const jobs::CounterRandom random({6, jobs::Purpose::synthetic_load, 0});
  std::vector<std::uint8_t> text(320);
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<std::uint8_t>('a' + random.below(3, i, 0));
  std::map<std::string, std::map<char, double>> counts;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string context;
    for (std::size_t back = 2; back >= 1; --back) context += i % 8 < back ? '^' : static_cast<char>(text[i - back]);
    counts[context][static_cast<char>(text[i])] += 1;
  }
  double types = 0, entropy = 0;
  for (const auto& [context, next] : counts) {
    double all = 0;
    for (const auto& [token, count] : next) all += count;
    for (const auto& [token, count] : next) {
      types += 1;
      entropy -= count / 320 * std::log2(count / all);
    }
  }
  const auto summary = NgramIndex(text, 8, 3).summary();
  EXPECT_EQ(summary.types, types);
  EXPECT_NEAR(summary.entropy, entropy, 1e-12);
}

TEST_F(Ngrams, AChainThatWritesOneTextIsNamed) {
  const auto spec = study(16, 4, 200, 2);
  const auto self = comms::make_self();
  Chain chain(
      spec, [](int n, const Family& f, const auto& corpora) { return replaced(n, f, corpora, 2); }, *self);
  double before = -1;
  for (int n = 1; n <= 5; ++n) {
    const auto measured = chain.step();
    const double ended = find_measure(measured, "chains_one_text")->value;
    EXPECT_GE(ended, before);
    before = ended;
    // two samples: each generation half of the chains that had two of them lose one
    if (n > 1) {
      EXPECT_WITHIN_4_ERRORS(measured, "survivors", std::pow(0.5, n - 1), n);
    }
  }
}

TEST_F(Ngrams, MissMoreOfHumanTextTheLongerTheyAre) {
  const auto self = comms::make_self();
  double before = -1;
  for (const int order : {1, 3, 5}) {
    const auto spec = study(order, 20, 1, 100);
    Chain chain(
        spec, [](int n, const Family& f, const auto& c) { return replaced(n, f, c, 100); }, *self);
    const double unseen = find_measure(chain.step(), "unseen_ngrams")->value;
    EXPECT_GT(unseen, before) << order;
    before = unseen;
  }
}

TEST_F(Ngrams, HaveTheSameBitsOnAnyNumberOfRanks) {
  const auto spec = study(3, 10, 5, 30);
  const auto self = comms::make_self();
  const auto planner = [](int n, const Family& f, const auto& corpora) { return replaced(n, f, corpora, 30); };
  const NgramKind kind(spec);
  // The folder of this rank is its own; the text in it is the same.
  Chain alone(spec, planner, *self), together(spec, planner, tests::ranks());
  for (int n = 0; n < 3; ++n) {
    (void)alone.step();
    (void)together.step();
    EXPECT_EQ(load_chains(kind.format(), alone.model_folder(n)).tables[0].values,
              load_chains(kind.format(), together.model_folder(n)).tables[0].values);
  }
}

TEST_F(Ngrams, RefuseTextTooShortForTheirChains) {
  auto spec = study(3, 10, 5, 30);
  EXPECT_NO_THROW(jobs::check(spec));
  EXPECT_NO_THROW(NgramFamily{spec});
  spec.parts.of<NgramOptions>().replicates = 3000;
  EXPECT_THROW(NgramFamily{spec}, Error);
  spec.data.source.clear();
  EXPECT_THROW(jobs::check(spec), Error);
}

}  // namespace
}  // namespace genloss::workers
