// Measures of text, with cases one can count by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "workers/measures/statistics/small_matrix.hpp"
#include "workers/measures/text/byte_ngrams.hpp"
#include "workers/measures/text/repetition.hpp"
#include "workers/measures/text/self_bleu.hpp"
#include "workers/measures/text/sentences.hpp"
#include "workers/measures/text/type_counts.hpp"
#include "workers/measures/text/words.hpp"
#include "workers/measures/text_measures.hpp"
#include "workers/measures/verdict/profile.hpp"

namespace {
using namespace genloss;
using namespace genloss::workers;
using namespace std::string_literals;
using Strings = std::vector<std::string>;
using Views = std::vector<std::string_view>;

std::vector<std::uint32_t> first(std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}
Lexicon small_lexicon() { return {Views{"the the the the cat cat sat mat mat on"}, Views{"dog"}}; }
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

TEST(words, broken_ones_are_left_out) {
  EXPECT_EQ(whole_words("ing of the wor", true, true), " of the ");
  EXPECT_EQ(whole_words("ing of the wor", false, true), "ing of the ");
  EXPECT_EQ(whole_words(" of the end.", true, true), " of the end.");
  EXPECT_EQ(whole_words("one", true, true), "");
  EXPECT_EQ(whole_words("one", true, false), "");
}

TEST(repetition, rep_4_counts_ngrams_seen_before) {
  // a b c d | b c d a | c d a b | d a b c | a b c d: five, four of them different
  const auto [unique, total] = word_ngrams("a b c d a b c d", 4);
  EXPECT_EQ(total, 5U);
  EXPECT_EQ(unique, 4U);
  EXPECT_EQ(word_ngrams("a b c", 4).total, 0U);
}

TEST(repetition, of_bytes_sees_text_without_words) {
  // "abcabca" in threes: abc bca cab abc bca
  EXPECT_EQ(byte_ngrams("abcabca", 3).unique, 3U);
  EXPECT_EQ(byte_ngrams("abcabca", 3).total, 5U);
  EXPECT_EQ(byte_ngrams(std::string(32, ' '), 16).unique, 1U);
  EXPECT_EQ(byte_ngrams("ab", 3).total, 0U);
}

TEST(repetition, spans_cover_all_occurrences_and_end_with_words) {
  const std::string text = "One two three four, five. One two three four! six";
  const auto spans = repeated_spans(text);
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(text.substr(spans[0].begin, spans[0].end - spans[0].begin), "One two three four");
  EXPECT_EQ(text.substr(spans[1].begin, spans[1].end - spans[1].begin), "One two three four");
  EXPECT_TRUE(repeated_spans("one two three one two three").empty()) << "runs of three";
  EXPECT_EQ(repeated_spans("a b a b a b").size(), 1U) << "overlapping ones are one stretch";
  EXPECT_EQ(repeated_spans("a b a b a b")[0], (Span{0, 11}));
}

TEST(repetition, a_loop_is_a_phrase_said_three_times_in_succession) {
  const std::string text =
      "And so the course of the carriage, the course of the carriage, the course of the carriage end";
  const auto loop = loop_in(text);
  EXPECT_EQ(text.substr(loop.begin, loop.end - loop.begin),
            "the course of the carriage, the course of the carriage, the course of the carriage");
  EXPECT_EQ(loop_in("No, no, no, no!"), Span()) << "four words are no loop";
  EXPECT_EQ(loop_in("no no no no no no no no no").end, 26U) << "nine are";
  EXPECT_EQ(loop_in("a b c d e a b c d e"), Span()) << "twice";
}

TEST(sentences, only_complete_ones_count) {
  EXPECT_EQ(sentence_lengths("cut off. One two three. Four five! six"), (std::vector<double>{3, 2}));
  EXPECT_TRUE(sentence_lengths("no end").empty());
}

TEST(type_ratio, moves_over_windows) {
  // windows of three: a b a (2/3), b a c (1), a c c (2/3)
  const auto [ratios, windows] = window_types("a b a c c", 3);
  EXPECT_EQ(windows, 3);
  EXPECT_NEAR(ratios, 7.0 / 3, 1e-15);
  EXPECT_EQ(window_types("a b", 3).windows, 0);
}

TEST(lexicon, knows_rare_words_and_tenths_of_the_running_text) {
  const auto lexicon = small_lexicon();
  EXPECT_EQ(lexicon.size(), 6U);
  EXPECT_EQ(lexicon.rare_types(), 3U) << "the (4), cat, mat: twice to ten times";
  EXPECT_EQ(lexicon.frequency_class("the"), 0U);
  EXPECT_EQ(lexicon.frequency_class("cat"), 4U) << "after the first 40 %";
  EXPECT_EQ(lexicon.frequency_class("mat"), 4U) << "as often as cat";
  EXPECT_EQ(lexicon.frequency_class("sat"), 8U);
  EXPECT_EQ(lexicon.frequency_class("dog"), Lexicon::never_seen) << "human, but not in training";
  EXPECT_EQ(lexicon.frequency_class("xyzzy"), Lexicon::never_seen);
  EXPECT_TRUE(lexicon.find("dog").has_value());
  EXPECT_FALSE(lexicon.find("xyzzy").has_value());
}

TEST(type_counts, can_be_counted_by_hand) {
  const auto lexicon = small_lexicon();
  const Strings samples{"the cat the cat", "the cat xyzzy", "the cat the cat sat"};
  const WordSamples text(samples, lexicon, 100);
  ASSERT_EQ(text.words(), 12U);
  const auto all = type_statistics_of(text, first(3), 12);
  EXPECT_DOUBLE_EQ(all.distinct_2, 4.0 / 9) << "the-cat 5, cat-the 2, cat-xyzzy, cat-sat";
  EXPECT_DOUBLE_EQ(all.shared_4, 2.0 / 3) << "the cat the cat stands in two samples, cat the cat sat in one";
  EXPECT_DOUBLE_EQ(all.rare_recall, 2.0 / 3) << "the, cat; not mat";
  // Of human words the first six count, so that xyzzy does not pass for a shorter text: the 3, cat 2, sat 1.
  const auto human = type_statistics_of(text, std::vector<std::uint32_t>{2, 1, 0}, 12);
  EXPECT_DOUBLE_EQ(human.unseen_mass, 1.0 / 6) << "sat";
  const double h = 0.5 + std::log2(3) / 3 + std::log2(6) / 6;
  EXPECT_NEAR(human.effective_vocabulary, std::exp2(h), 1e-12);
  EXPECT_NEAR(human.pair_entropy, -(4.0 / 6) * std::log2(4.0 / 6) + 2.0 / 6 * std::log2(6), 1e-12)
      << "the-cat 4 (once behind xyzzy), cat-the, cat-sat; cat-xyzzy is none";
  const Strings stuck{"a b c d a b c d", "e f g h"};
  EXPECT_EQ(type_statistics_of(WordSamples(stuck, lexicon, 100), first(2), 12).shared_4, 0)
      << "own repeats are not shared";
  const auto some = type_statistics_of(text, std::vector<std::uint32_t>{2, 0}, 6);
  EXPECT_DOUBLE_EQ(some.distinct_2, 3.0 / 4) << "the last one is cut, and no pair runs from sample to sample";
  EXPECT_EQ(WordSamples(samples, lexicon, 6).samples().size(), 2U);
}

TEST(self_bleu, can_be_counted_by_hand) {
  const auto lexicon = small_lexicon();
  const auto of = [&](const Strings& samples) {
    const BleuSamples bleu(WordSamples(samples, lexicon, 1000), 100, 64);
    return bleu.self_bleu(first(bleu.size()));
  };
  EXPECT_DOUBLE_EQ(of({"the cat sat on the mat", "the cat sat on the mat"}), 1);
  // a b c d e against a b c d x: precisions 4/5, 3/4, 2/3, 1/2.
  EXPECT_NEAR(of({"a b c d e", "a b c d x"}), std::pow(4.0 / 5 * 3 / 4 * 2 / 3 / 2, 0.25), 1e-12);
  // a b c d against five words: all match, and it is too short; the other as above.
  EXPECT_NEAR(of({"a b c d", "a b c d x"}), (std::exp(-0.25) + std::pow(0.2, 0.25)) / 2, 1e-12);
  EXPECT_LT(of({"a b c d e", "f g h i j"}), 0.05);
  EXPECT_TRUE(std::isnan(of({"a b c d"})));
}

TEST(vendi, is_the_number_of_different_things) {
  // The golden value of the vendi_score package: 2.9999.
  const std::vector<double> points{0, 0, 10, 10, 20, 20};
  std::vector<double> kernel;
  for (const double a : points) {
    for (const double b : points) kernel.push_back(std::exp(-std::abs(a - b)));
  }
  EXPECT_NEAR(vendi_score(kernel, 6), 2.9999, 1e-4);
  EXPECT_NEAR(vendi_score(std::vector<double>{1, 0, 0, 1}, 2), 2, 1e-12);
  // and of its README's 3 x 3 kernel: 2.1573
  EXPECT_NEAR(vendi_score(std::vector<double>{1, 0.9, 0, 0.9, 1, 0, 0, 0, 1}, 3), 2.1573, 1e-4);
  const auto lexicon = small_lexicon();
  const WordSamples text(Strings{"cat sat", "sat cat cat", "dog"}, lexicon, 100);
  const auto words = word_kernel(text, first(3));
  EXPECT_DOUBLE_EQ(words[0], 1);
  EXPECT_DOUBLE_EQ(words[2], 0) << "nothing in common";
  EXPECT_GT(words[1], 0.8);
}

TEST(byte_ngrams, are_a_distribution_after_any_context) {
  const ByteNgrams reader(Views{"the cat sat on the mat", "the dog"}, 5);
  for (const auto* context : {"", "t", "the c", "zzzz", "the cat sat"}) {
    const auto p = reader.after(context);
    EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), 1, 1e-12) << context;
    for (const char next : {'a', 't', '\0', 'q'})
      EXPECT_DOUBLE_EQ(reader.probability(context, next), p[static_cast<unsigned char>(next)]);
  }
  EXPECT_GT(reader.probability("the ", 'c'), 0.15);
  EXPECT_GT(reader.probability("", 't'), 0.5) << "texts begin with it";
  EXPECT_GT(reader.nats("xqzw"), reader.nats("the "));
  EXPECT_THROW(ByteNgrams(Views{"a"}, 9), Error);
}

TEST(byte_ngrams, of_one_and_two_bytes_are_what_the_formula_says) {
  // "aab": pairs ^a aa ab b$, each once; no pair twice, so the discount is 1/2 for both orders.
  // Continuations: a after ^ and a (2), b after a (1), $ after b (1); 4 in all, 3 types.
  const ByteNgrams reader(Views{"aab"}, 2);
  const auto lower = [](double count) { return (count - 0.5) / 4 + 0.5 * 3 / 4 / 256; };
  // n1 = 2 and n2 = 1 of the continuations: discount 2 / 4.
  EXPECT_NEAR(reader.probability("a", 'b'), 0.5 / 2 + 0.5 * 2 / 2 * lower(1), 1e-15);
  EXPECT_NEAR(reader.probability("a", 'a'), 0.5 / 2 + 0.5 * 2 / 2 * lower(2), 1e-15);
  EXPECT_NEAR(reader.probability("x", 'a'), lower(2), 1e-15) << "a context never seen";
}

TEST(human_text, bits_are_summed_over_bytes_and_words_of_a_class) {
  // " the cat" in tokens " the", " c", "at", "." and the end: bits 3, 4, 2, 1, 2; a second document that was cut.
  HumanScores s{{" the", " c", "at", ".", "", "ma"},
                {},
                std::vector<double>(6, 0.5),
                std::vector<double>(6, 2 * std::numbers::ln2),
                {1, 1, 1, 0, 0, 0},
                {0, 0, 0, 0, 0, 1}};
  for (const double bits : {3, 4, 2, 1, 2, 5}) s.surprisal_nats.push_back(bits * std::numbers::ln2);
  const auto measures = human_text_measures(s, small_lexicon(), {});
  EXPECT_NEAR(value_of(measures, "human_bits_per_byte"), 17.0 / 11, 1e-12) << "the end costs bits and is no byte";
  EXPECT_NEAR(value_of(measures, "word_bits_decile_1"), 3.0 / 3, 1e-12) << "the";
  EXPECT_NEAR(value_of(measures, "word_bits_decile_5"), 6.0 / 3, 1e-12) << "cat, two tokens";
  EXPECT_TRUE(std::isnan(value_of(measures, "word_bits_never_seen"))) << "a cut word counts for none";
  EXPECT_NEAR(value_of(measures, "predictive_entropy"), 12.0 / 11, 1e-12);
  EXPECT_NEAR(value_of(measures, "overconfidence"), 0, 1e-12);
  s.surprisal_nats.pop_back();
  EXPECT_THROW((void)human_text_measures(s, small_lexicon(), {}), Error);
}

TEST(corpus_text, measures_what_was_written) {
  const auto lexicon = small_lexicon();
  const ByteNgrams reader(Views{"the cat sat on the mat"}, 5);
  const Strings human{"the cat sat on the mat", "the the the cat"};
  CorpusTexts corpus{{"the cat the cat the cat the cat", "the dog", "xyzzy"},
                     {15 * std::numbers::ln2, 21 * std::numbers::ln2},
                     {15, 7},
                     10};
  const auto measures = corpus_text_measures(corpus, human, lexicon, reader, {});
  EXPECT_DOUBLE_EQ(value_of(measures, "repetition_4"), 3.0 / 5);
  EXPECT_EQ(find_measure(measures, "repeated_text"), nullptr) << "no sample has 1 KB";
  EXPECT_DOUBLE_EQ(value_of(measures, "rare_word_recall"), (2.0 / 3) / (3.0 / 3)) << "mat is missing";
  EXPECT_DOUBLE_EQ(value_of(measures, "nonword_share"), 0) << "the third sample is beyond ten words";
  EXPECT_NEAR(value_of(measures, "surprisal_under_first"), 2, 1e-12);
  EXPECT_NEAR(value_of(measures, "surprisal_variance_under_first"), 1, 1e-12);
  EXPECT_DOUBLE_EQ(value_of(measures, "sample_words"), 5) << "of the samples that hold the ten words";
  corpus.samples[1] = "the dog " + std::string(1010, '.') + " the cat sat on the cat sat on";
  EXPECT_DOUBLE_EQ(value_of(corpus_text_measures(corpus, human, lexicon, reader, {}), "repeated_text"), 0)
      << "only the first 1 KB is looked at";
}

TEST(corpus_text, of_blanks_alone_is_late_collapse) {
  const auto lexicon = small_lexicon();
  const ByteNgrams reader(Views{"the cat sat on the mat"}, 5);
  Strings human, blank;
  for (int i = 0; i < 40; ++i) {
    human.push_back(std::string(i % 2 == 0 ? "the cat sat on " : "on mat sat the ") +
                    std::string(1, static_cast<char>('a' + i % 26)));
    blank.emplace_back(64, ' ');
  }
  const auto before = corpus_text_measures({human, {}, {}, 100}, human, lexicon, reader, {});
  const auto after = corpus_text_measures({blank, {}, {}, 100}, human, lexicon, reader, {});
  EXPECT_EQ(profile_of(changes_between(text_records(), before, after)).stage, Stage::late);
}

TEST(corpus_text, of_nothing_is_no_number_and_no_error) {
  const auto lexicon = small_lexicon();
  const ByteNgrams reader(Views{"the cat"}, 5);
  for (const auto& m : corpus_text_measures({{""}, {0}, {0}, 100}, Strings{"the cat"}, lexicon, reader, {}))
    EXPECT_FALSE(std::isinf(m.value)) << m.name;
  EXPECT_NO_THROW((void)corpus_text_measures({{}, {}, {}, 100}, Strings{"the cat"}, lexicon, reader, {}));
}

TEST(records, describe_every_measure_and_only_those) {
  const auto lexicon = small_lexicon();
  const ByteNgrams reader(Views{"the cat"}, 5);
  std::string kilobyte;
  while (kilobyte.size() < repetition_bytes) kilobyte += "the cat. sat on. ";
  const Strings long_text{kilobyte, "the cat. sat on. the"};
  auto measures = corpus_text_measures({long_text, {1, 1}, {9, 9}, 100}, long_text, lexicon, reader, {});
  const HumanScores s{{"the", ""}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {0, 1}};
  for (const auto& m : human_text_measures(s, lexicon, {})) measures.push_back(m);
  EXPECT_EQ(measures.size(), text_records().size());
  for (const auto& record : text_records()) {
    const auto* measure = find_measure(measures, record.name);
    ASSERT_NE(measure, nullptr) << record.name;
    EXPECT_EQ(measure->unit, record.unit);
    for (const auto text : {record.label, record.unit, record.symptom, record.definition, record.source,
                            record.resampled, record.human, record.rise, record.fall})
      EXPECT_FALSE(text.empty()) << record.name;
    EXPECT_TRUE(!record.in_table || !record.legend.empty()) << record.name;
    EXPECT_LE(record.legend.size(), 80U) << record.name << ": a dozen words";
  }
}
}  // namespace
