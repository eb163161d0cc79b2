#pragma once
// The measures of a language model's generation, assembled from scores that somebody else computed.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workers/measure.hpp"
#include "workers/measures/bootstrap.hpp"
#include "workers/measures/text/rare_words.hpp"

namespace genloss::workers {

/// Next-token predictions on human text that no model has trained on, in reading order; all of one length, an entry per
/// predicted token.
struct HumanScores {
  std::span<const std::string_view> tokens;  ///< the bytes of what came; none where a document ended
  std::span<const double> surprisal_nats;    ///< -ln p(token)
  std::span<const double> confidence;        ///< probability of the most probable token
  std::span<const double> entropy_nats;      ///< of the predicted distribution
  std::span<const std::uint8_t> correct;     ///< 1 if the most probable token came
  std::span<const std::uint32_t> group;      ///< window or document, ascending: what is resampled
};

/// human_bits_per_byte (end-of-document predictions cost bits, and are no bytes), rare_word_bits_per_byte,
/// common_word_bits_per_byte (bytes of such words only; the bits of a token are spread evenly over its bytes),
/// calibration_error, confident_wrong_rate, confident_wrong_share, predictive_entropy (bits per prediction).
/// @throws Error(internal) if the spans differ in length
[[nodiscard]] std::vector<Measure> human_text_measures(const HumanScores& scores, const WordBands& bands,
                                                       const BootstrapPlan& plan);

/// What a model wrote, without prompts.
struct CorpusTexts {
  std::span<const std::string> samples;
  /// Total -ln p of each sample under the model of generation 0, for the first so many samples; may be empty.
  std::span<const double> first_model_nats;
  std::uint64_t bytes = 65536;  ///< measures that depend on length look at so many bytes from the start
};

/// repetition_4 (words, within a sample), longest_repeat (bytes, mean over samples), longest_repeat_anywhere (largest),
/// distinct_2 and distinct_4 (words, in blocks of 4 KiB), compression_ratio (blocks of 8 KiB), rare_word_recall,
/// medium_word_recall, common_word_recall, surprisal_under_first and surprisal_variance_under_first (bits per byte of a
/// sample: mean and variance over samples).
[[nodiscard]] std::vector<Measure> corpus_text_measures(const CorpusTexts& corpus, const WordBands& bands,
                                                        const BootstrapPlan& plan);

/// One paragraph in words on the change from the first to the last generation, clear changes first.
[[nodiscard]] std::string text_verdict(const std::vector<std::vector<Measure>>& generations);

}  // namespace genloss::workers
