#include "workers/measures/sample_measures.hpp"

#include <algorithm>

#include "workers/measures/text/repetition.hpp"
#include "workers/measures/text/sentences.hpp"
#include "workers/measures/text/words.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::workers {
namespace {

/// What is looked at for repetition: the same length of every sample.
std::string_view start_of(const std::string& sample) {
  const auto text = std::string_view(sample).substr(0, repetition_bytes);
  return whole_words(text, false, text.size() < sample.size());
}

SampleShare repeated_ngrams(const std::string& sample, const Lexicon&) {
  const auto [unique, total] = word_ngrams(start_of(sample), 4);
  return {static_cast<double>(total - unique), static_cast<double>(total)};
}

SampleShare repeated_bytes(const std::string& sample, const Lexicon&) {
  const auto [unique, total] = byte_ngrams(std::string_view(sample).substr(0, repetition_bytes), 16);
  return {static_cast<double>(total - unique), static_cast<double>(total)};
}

SampleShare repeated_text(const std::string& sample, const Lexicon&) {
  if (sample.size() < repetition_bytes) return {};
  const auto text = start_of(sample);
  double inside = 0;
  for (const auto span : repeated_spans(text)) inside += static_cast<double>(span.end - span.begin);
  return {inside, static_cast<double>(text.size())};
}

SampleShare loop(const std::string& sample, const Lexicon&) {
  const auto span = loop_in(start_of(sample));
  return {span.end > span.begin ? 1.0 : 0.0, 1};
}

SampleShare type_ratio(const std::string& sample, const Lexicon&) {
  const auto [ratios, windows] = window_types(sample);
  return {ratios, windows};
}

SampleShare strangers(const std::string& sample, const Lexicon& lexicon) {
  const auto types = word_types(sample);
  const auto unknown =
      std::count_if(types.begin(), types.end(), [&](const std::string& type) { return !lexicon.find(type); });
  return {static_cast<double>(unknown), static_cast<double>(types.size())};
}

SampleShare length(const std::string& sample, const Lexicon&) {
  return {static_cast<double>(words_in(sample).size()), 1};
}

}  // namespace

const std::vector<SampleMeasure>& sample_measures() {
  static const std::vector<SampleMeasure> all{
      {"repetition_4", repeated_ngrams}, {"repetition_16_bytes", repeated_bytes},
      {"repeated_text", repeated_text},  {"loop_share", loop},
      {"moving_type_ratio", type_ratio}, {"nonword_share", strangers},
      {"sample_words", length}};
  return all;
}

}  // namespace genloss::workers
