// Measures of text, with cases one can count by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "workers/measures/change.hpp"
#include "workers/measures/text/diversity.hpp"
#include "workers/measures/text/repetition.hpp"
#include "workers/measures/text/words.hpp"
#include "workers/measures/text_measures.hpp"

namespace {
using namespace genloss;
using namespace genloss::workers;
using namespace std::string_literals;
using Strings = std::vector<std::string>;

/// "the" 8 times, "cat" once, "sat" once: 80 % are common, and what is left counts as medium (it starts at 80 %).
WordBands small_bands() {
  const std::vector<std::string_view> reference{"The the the the the the the", "the cat, sat."};
  return WordBands(reference);
}
double value_of(const std::vector<Measure>& measures, std::string_view name) {
  const auto* measure = find_measure(measures, name);
  if (measure == nullptr) throw std::runtime_error("no measure " + std::string(name));
  return measure->value;
}

TEST(words, are_runs_of_letters_in_lower_case) {
  EXPECT_EQ(word_types("Don't stop-me, NOW! 3 times"), (Strings{"don", "t", "stop", "me", "now", "times"}));
  EXPECT_EQ(word_types("“Été”—naïve\u00a0日本…"), (Strings{"Été", "naïve", "日本"})) << "quotes and dashes separate";
  EXPECT_EQ(word_types("a\xff\xc2"), (Strings{"a\xff\xc2"})) << "what is not UTF-8 must not crash";
  EXPECT_EQ(word_types("\xe2\x80"), (Strings{"\xe2\x80"}));
  EXPECT_TRUE(word_types("").empty());
}

TEST(repetition, rep_4_counts_ngrams_seen_before) {
  // a b c d | b c d a | c d a b | d a b c | a b c d: five, four of them different
  const auto [unique, total] = word_ngrams(word_types("a b c d a b c d"), 4);
  EXPECT_EQ(total, 5U);
  EXPECT_EQ(unique, 4U);
  EXPECT_EQ(word_ngrams(word_types("a b c"), 4).total, 0U);
}

TEST(repetition, longest_repeated_span_is_found) {
  EXPECT_EQ(longest_repeated_span(""), 0U);
  EXPECT_EQ(longest_repeated_span("a"), 0U);
  EXPECT_EQ(longest_repeated_span("abc"), 0U);
  EXPECT_EQ(longest_repeated_span("banana"), 3U) << "ana";
  EXPECT_EQ(longest_repeated_span("aaaaa"), 4U);
  EXPECT_EQ(longest_repeated_span("x once more y once more z"), 11U) << "' once more '";
  EXPECT_EQ(longest_repeated_span(std::string(5000, 'a')), 4999U);
  EXPECT_EQ(longest_repeated_span("\xff\x01\xff\x01"), 2U);
}

TEST(diversity, blocks_have_equal_bytes_and_pieces_end_with_samples) {
  const Strings samples{"abcdef", "", "ghi", "jklmnop"};
  const auto blocks = cut_blocks(samples, 14, 4);
  ASSERT_EQ(blocks.size(), 3U) << "14 bytes are three blocks and two bytes";
  EXPECT_EQ(blocks[0], (TextBlock{"abcd"}));
  EXPECT_EQ(blocks[1], (TextBlock{"ef", "gh"}));
  EXPECT_EQ(blocks[2], (TextBlock{"i", "jkl"}));
  const auto one = cut_blocks(samples, 14, 100);
  ASSERT_EQ(one.size(), 1U) << "less than a block is one block";
  EXPECT_TRUE(cut_blocks({}, 14, 4).empty());
}

TEST(diversity, distinct_n_does_not_run_over_the_end_of_a_sample) {
  const Strings samples{"a b a b", "a b"};
  const auto blocks = cut_blocks(samples, 100, 100);
  const auto totals = distinct_ngrams(blocks, 2).totals();
  EXPECT_EQ(totals[0], 2) << "ab, ba";
  EXPECT_EQ(totals[1], 4) << "ab ba ab, ab";
}

TEST(diversity, compression_ratio_rises_with_predictability) {
  const jobs::CounterRandom random({1, jobs::Purpose::synthetic_load, 0});
  std::string noise;
  for (std::uint64_t i = 0; i < 8192; ++i) noise += static_cast<char>(random.below(256, i, 0));
  const Strings dull{std::string(8192, 'a')}, varied{noise};
  const auto ratio_of = [](const Strings& samples) {
    const auto totals = compressed_bytes(cut_blocks(samples, 8192, 8192)).totals();
    return totals[0] / totals[1];
  };
  EXPECT_GT(ratio_of(dull), 100);
  EXPECT_LT(ratio_of(varied), 1);
}

TEST(word_bands, are_ranges_of_counts_by_mass_of_running_words) {
  Strings words;  // 80 x "the", 5 x "cat", 5 x "dog", 2 x "owl", 8 words once
  for (int i = 0; i < 80; ++i) words.emplace_back("the");
  for (int i = 0; i < 5; ++i) words.insert(words.end(), {"cat", "dog"});
  for (int i = 0; i < 2; ++i) words.emplace_back("owl");
  for (const char c : "abcdefgh"s) words.emplace_back(1, c);
  std::string text;
  for (const auto& word : words) text += word + ' ';
  const std::vector<std::string_view> reference{text};
  const WordBands bands(reference);
  EXPECT_EQ(bands.types(WordBand::common), (Strings{"the"}));
  EXPECT_EQ(bands.types(WordBand::medium), (Strings{"cat", "dog"})) << "equally frequent types stay together";
  EXPECT_EQ(bands.types(WordBand::rare).size(), 9U);
  EXPECT_EQ(bands.band_of("owl"), WordBand::rare);
  EXPECT_EQ(bands.band_of("never-seen"), WordBand::rare);

  const Strings corpus{"the cat", "owl a b"};
  EXPECT_EQ(types_found(bands, WordBand::medium, corpus, 100).totals(), (std::vector<double>{1, 2}));
  EXPECT_EQ(types_found(bands, WordBand::rare, corpus, 100).totals(), (std::vector<double>{3, 9}));
  EXPECT_EQ(types_found(bands, WordBand::rare, corpus, 10).totals(), (std::vector<double>{1, 9})) << "the cat|owl";
}

TEST(human_text, bits_are_summed_over_bytes_words_and_bands) {
  // "the cat." and the end of the document: 1 bit on each byte of "the", 3 on those of "cat", 2 on the rest.
  const std::vector<std::string_view> text{"t", "h", "e", " ", "c", "a", "t", ".", ""};
  std::vector<double> nats, confidence(9, 0.5), entropy(9, 2 * std::numbers::ln2);
  for (const double bits : {1, 1, 1, 2, 3, 3, 3, 2, 2}) nats.push_back(bits * std::numbers::ln2);
  const std::vector<std::uint8_t> correct{1, 1, 1, 1, 1, 0, 0, 0, 0};
  const std::vector<std::uint32_t> group{0, 0, 0, 0, 0, 1, 1, 1, 1};  // "cat" lies in two windows: still one word
  const std::vector<std::string_view> reference{"the the the the the the the the the cat"};
  const auto measures =
      human_text_measures({text, nats, confidence, entropy, correct, group}, WordBands(reference), {});
  EXPECT_NEAR(value_of(measures, "human_bits_per_byte"), 18.0 / 8, 1e-12) << "the end costs bits and is no byte";
  EXPECT_NEAR(value_of(measures, "common_word_bits_per_byte"), 1, 1e-12);
  EXPECT_NEAR(value_of(measures, "rare_word_bits_per_byte"), 3, 1e-12);
  EXPECT_NEAR(value_of(measures, "predictive_entropy"), 2, 1e-12);
  EXPECT_NEAR(value_of(measures, "confident_wrong_rate"), 0, 1e-12);
  for (const auto& measure : measures) {
    EXPECT_FALSE(measure.unit.empty()) << measure.name;
    EXPECT_FALSE(measure.symptom.empty()) << measure.name;
    EXPECT_FALSE(measure.low > measure.high) << measure.name;
  }
  const std::vector<double> short_nats(3);
  EXPECT_THROW((void)human_text_measures({text, short_nats, confidence, entropy, correct, group}, small_bands(), {}),
               Error);
}

TEST(corpus_text, measures_what_was_written) {
  const Strings samples{"a b c d a b c d", "the", ""};
  const std::vector<double> nats{15 * std::numbers::ln2, 9 * std::numbers::ln2, 1.0};  // 1 and 3 bits per byte
  const auto measures = corpus_text_measures({samples, nats, 1000}, small_bands(), {});
  EXPECT_EQ(value_of(measures, "repetition_4"), 1.0 / 5);
  EXPECT_EQ(value_of(measures, "longest_repeat"), 7.0 / 3);
  EXPECT_EQ(value_of(measures, "longest_repeat_anywhere"), 7) << "'a b c d'";
  EXPECT_EQ(value_of(measures, "distinct_2"), 4.0 / 7);
  EXPECT_EQ(value_of(measures, "common_word_recall"), 1);
  EXPECT_EQ(value_of(measures, "medium_word_recall"), 0);
  EXPECT_NEAR(value_of(measures, "surprisal_under_first"), 2, 1e-12);
  EXPECT_NEAR(value_of(measures, "surprisal_variance_under_first"), 1, 1e-12);
  EXPECT_EQ(find_measure(corpus_text_measures({samples, {}, 1000}, small_bands(), {}), "surprisal_under_first"),
            nullptr);
}

TEST(corpus_text, of_nothing_is_not_a_number_and_does_not_crash) {
  const auto measures = corpus_text_measures({{}, {}, 1000}, small_bands(), {});
  EXPECT_TRUE(std::isnan(value_of(measures, "repetition_4")));
  EXPECT_TRUE(std::isnan(value_of(measures, "compression_ratio")));
  EXPECT_EQ(value_of(measures, "common_word_recall"), 0);
}

Measure number(std::string name, double value, double half) {
  return {std::move(name), value, value - half, value + half, "", ""};
}

TEST(text_verdict, tells_clear_changes_with_numbers_and_names_the_unclear_ones) {
  const std::vector<std::vector<Measure>> generations{
      {number("human_bits_per_byte", 2.41, 0.02), number("rare_word_recall", 0.31, 0.01),
       number("common_word_recall", 0.9, 0.01), number("repetition_4", 0.02, 0.01)},
      {number("human_bits_per_byte", 2.87, 0.02), number("rare_word_recall", 0.12, 0.01),
       number("common_word_recall", 0.85, 0.01), number("repetition_4", 0.025, 0.01)}};
  EXPECT_EQ(text_verdict(generations),
            "Over 2 generations human bits per byte rose from 2.410 to 2.870 (+19 %): human text is forgotten; "
            "rare-word recall fell from 0.3100 to 0.1200 (-61 %): the tails go first; no clear change in repeated word "
            "4-grams. Warning signs: 2 of 3.");
}

TEST(text_verdict, does_not_cry_collapse_when_things_get_better) {
  const std::vector<std::vector<Measure>> generations{{number("human_bits_per_byte", 2.4, 0.02)},
                                                      {number("human_bits_per_byte", 2.16, 0.02)}};
  EXPECT_EQ(text_verdict(generations),
            "Over 2 generations human bits per byte fell from 2.400 to 2.160 (-10 %). Warning signs: 0 of 1.");
  EXPECT_EQ(text_verdict({generations.front()}), "One generation only: nothing to compare.");
}
}  // namespace
