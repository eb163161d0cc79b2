#pragma once
// The measures of a language model's generation, assembled from scores that somebody else computed.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workers/measure.hpp"
#include "workers/measures/records/record.hpp"
#include "workers/measures/statistics/half_samples.hpp"
#include "workers/measures/text/byte_ngrams.hpp"
#include "workers/measures/text/lexicon.hpp"
#include "workers/measures/text/word_samples.hpp"

namespace genloss::workers {

/// What each measure of text is, in the order of the table.
[[nodiscard]] const std::vector<Record>& text_records();

/// Next-token predictions on human text that no model has trained on, in reading order; an entry per predicted token.
struct HumanScores {
  std::vector<std::string_view> tokens;  ///< the bytes of what came; none where a document ended
  std::vector<double> surprisal_nats;    ///< -ln p(token)
  std::vector<double> confidence;        ///< probability of the most probable token
  std::vector<double> entropy_nats;      ///< of the predicted distribution
  std::vector<std::uint8_t> correct;     ///< 1 if the most probable token came
  std::vector<std::uint32_t> group;      ///< document, ascending: what is resampled
};

/// The model measures of text_records().
/// @throws Error(internal) if the vectors differ in length
[[nodiscard]] std::vector<Measure> human_text_measures(const HumanScores& scores, const Lexicon& lexicon,
                                                       const ResamplePlan& plan);

/// What a model (or a human) wrote, without prompts and without words that are cut.
struct CorpusTexts {
  std::vector<std::string> samples;
  /// Total -ln p of each sample under the model of generation 0, and the bytes it was for; as many as were scored.
  std::vector<double> first_model_nats;
  std::vector<std::size_t> first_model_bytes;
  std::uint64_t words = 20000;  ///< numbers of types are taken on so many words, from the start
};

/// The corpus measures of text_records(), in pieces that several ranks can work on.
class CorpusMeasuring {
 public:
  /// @param human samples of human text that the recall of rare words is relative to: at least `corpus.words` words
  CorpusMeasuring(CorpusTexts corpus, std::span<const std::string> human, const Lexicon& lexicon,
                  const ByteNgrams& reader, const ResamplePlan& plan);
  ~CorpusMeasuring();
  CorpusMeasuring(const CorpusMeasuring&) = delete;
  CorpusMeasuring& operator=(const CorpusMeasuring&) = delete;

  /// Pieces of work; what a piece gives does not depend on who does it.
  [[nodiscard]] std::uint64_t pieces() const;
  [[nodiscard]] std::vector<double> piece(std::uint64_t number) const;
  /// @param results of all pieces, in order
  [[nodiscard]] std::vector<Measure> measures(std::span<const std::vector<double>> results) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

/// All pieces, here.
[[nodiscard]] std::vector<Measure> corpus_text_measures(CorpusTexts corpus, std::span<const std::string> human,
                                                        const Lexicon& lexicon, const ByteNgrams& reader,
                                                        const ResamplePlan& plan);

/// How much of each sample is looked at for repetition within it; the share of repeated text needs so much.
inline constexpr std::size_t repetition_bytes = 1024;

}  // namespace genloss::workers
