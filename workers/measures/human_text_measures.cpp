#include <algorithm>
#include <array>
#include <numbers>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"
#include "workers/measures/calibration.hpp"
#include "workers/measures/statistics/by_group.hpp"
#include "workers/measures/text/words.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::workers {
namespace {

constexpr std::uint8_t no_word = 0xff;

void check(const HumanScores& s) {
  const std::size_t n = s.tokens.size();
  if (s.surprisal_nats.size() == n && s.confidence.size() == n && s.entropy_nats.size() == n && s.correct.size() == n &&
      s.group.size() == n) {
    return;
  }
  throw Error(ExitCode::internal, "measure", "human text", "scores of different lengths");
}

/// Frequency class of the word that each byte of a document belongs to. A document that was cut (its last token is not
/// its end) may have cut its last word, which then counts for none.
std::vector<std::uint8_t> classes_of_bytes(const std::string& text, bool cut, const Lexicon& lexicon) {
  std::vector<std::uint8_t> classes(text.size(), no_word);
  for (const auto place : words_in(text)) {
    if (cut && place.begin + place.length == text.size()) continue;
    const auto c = static_cast<std::uint8_t>(lexicon.frequency_class(word_type(text, place)));
    std::fill_n(classes.begin() + static_cast<std::ptrdiff_t>(place.begin), place.length, c);
  }
  return classes;
}

/// Per document and frequency class: bits of the tokens whose words are of the class, letters of those words. A token
/// belongs to the word that it holds the last letter of (a space in front of a word costs what the word costs).
GroupSums bits_by_class(const HumanScores& s, const Lexicon& lexicon) {
  GroupSums sums(2 * Lexicon::classes);
  for (std::size_t first = 0, end = 0; first < s.tokens.size(); first = end) {
    beat("measure human text");
    std::string text;
    for (end = first; end < s.tokens.size() && s.group[end] == s.group[first]; ++end) text += s.tokens[end];
    const auto classes = classes_of_bytes(text, !s.tokens[end - 1].empty(), lexicon);
    const auto row = sums.add_group();
    std::size_t at = 0;
    for (std::size_t i = first; i < end; ++i) {
      std::uint8_t of_token = no_word;
      for (const std::size_t stop = at + s.tokens[i].size(); at < stop; ++at) {
        if (classes[at] == no_word) continue;
        of_token = classes[at];
        row[2 * std::size_t{of_token} + 1] += 1;
      }
      if (of_token != no_word) row[2 * std::size_t{of_token}] += s.surprisal_nats[i] / std::numbers::ln2;
    }
  }
  return sums;
}

/// Some bits of each prediction, over the bytes of all.
Estimate per_byte(const HumanScores& s, const std::vector<double>& nats, const ResamplePlan& plan) {
  const auto sums = sums_by_group(s.group, 2, [&](std::size_t i, std::span<double> row) {
    row[0] += nats[i] / std::numbers::ln2;
    row[1] += static_cast<double>(s.tokens[i].size());
  });
  return estimate_of(sums, ratio(), plan);
}

}  // namespace

std::vector<Measure> human_text_measures(const HumanScores& s, const Lexicon& lexicon, const ResamplePlan& plan) {
  check(s);
  std::vector<Measure> measures;
  const auto add = [&](std::string_view name, const Estimate& estimate) {
    const Record& record = *find_record(text_records(), name);
    measures.push_back(to_measure(std::string(name), estimate, std::string(record.unit), std::string(record.symptom),
                                  plan.confidence));
  };
  add("human_bits_per_byte", per_byte(s, s.surprisal_nats, plan));
  const auto by_class = bits_by_class(s, lexicon);
  constexpr std::array<std::string_view, Lexicon::classes> names{
      "word_bits_decile_1", "word_bits_decile_2",  "word_bits_decile_3",  "word_bits_decile_4",
      "word_bits_decile_5", "word_bits_decile_6",  "word_bits_decile_7",  "word_bits_decile_8",
      "word_bits_decile_9", "word_bits_decile_10", "word_bits_never_seen"};
  for (std::size_t c = 0; c < names.size(); ++c) add(names[c], estimate_of(by_class, ratio(2 * c, 2 * c + 1), plan));
  const Predictions predictions{s.confidence, s.correct, s.group};
  add("overconfidence", overconfidence(predictions, plan));
  add("calibration_error", calibration_error(predictions, plan));
  add("confident_accuracy", confident_accuracy(predictions, plan));
  add("confident_wrong_share", confident_wrong_share(predictions, plan));
  add("predictive_entropy", per_byte(s, s.entropy_nats, plan));
  return measures;
}

}  // namespace genloss::workers
