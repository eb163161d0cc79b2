#pragma once
// Texts whose kind of change is known: what the profile is calibrated on.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "workers/measure.hpp"
#include "workers/measures/text/byte_ngrams.hpp"
#include "workers/measures/text/lexicon.hpp"
#include "workers/measures/verdict/profile.hpp"

namespace genloss::tests {

struct Decoding {
  double temperature = 1;
  int top_k = 0;  ///< 0: all
};

/// Human text and a small model of it (Kneser-Ney over 8 bytes) that can be sampled from.
class ControlTexts {
 public:
  /// @param documents human text, in order: the first 70 % are trained on, the rest is test text
  explicit ControlTexts(std::vector<std::string> documents);
  /// Documents of a language made up here: words of syllables by Zipf's law, sentences, topics.
  [[nodiscard]] static ControlTexts made_up();

  /// Test documents cut to samples: the first half of them and the second.
  [[nodiscard]] std::vector<std::string> human(int half) const;
  /// Samples that the small model writes.
  [[nodiscard]] std::vector<std::string> written(const Decoding& decoding, std::uint64_t seed) const;
  /// Human samples without their rare words.
  [[nodiscard]] std::vector<std::string> without_rare_words(int half) const;

  /// The corpus measures of samples.
  [[nodiscard]] std::vector<workers::Measure> measured(const std::vector<std::string>& samples) const;
  static constexpr std::size_t sample_bytes = 1200, samples = 80;
  static constexpr std::uint64_t words = 10000;

 private:
  std::vector<std::string> training_, test_;
  std::unique_ptr<workers::Lexicon> lexicon_;
  std::unique_ptr<workers::ByteNgrams> reader_, writer_;
};

}  // namespace genloss::tests
