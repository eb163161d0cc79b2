#pragma once
// Samples as numbered words and word n-grams: what numbers of types are counted on.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "workers/measures/text/lexicon.hpp"

namespace genloss::workers {

/// Numbers of a sample's n-grams, n = 1 ... 4, in order; equal n-grams have equal numbers in all samples of one set.
/// Word numbers below Lexicon::size() are the lexicon's, those above are strings that no human text holds.
struct NgramSample {
  std::array<std::vector<std::uint32_t>, 4> of;  ///< of[n - 1][i]: the n-gram that begins at word i
  [[nodiscard]] const std::vector<std::uint32_t>& words() const noexcept { return of[0]; }
};

class WordSamples {
 public:
  /// Reads samples in order until they hold `most` words; the last one is cut there.
  WordSamples(std::span<const std::string> samples, const Lexicon& lexicon, std::uint64_t most);

  [[nodiscard]] const std::vector<NgramSample>& samples() const noexcept { return samples_; }
  [[nodiscard]] std::uint64_t words() const noexcept { return words_; }
  /// How many different n-grams there are: numbers are below.
  [[nodiscard]] std::size_t types(std::size_t n) const { return types_[n - 1]; }
  [[nodiscard]] const Lexicon& lexicon() const noexcept { return *lexicon_; }

 private:
  const Lexicon* lexicon_;
  std::vector<NgramSample> samples_;
  std::array<std::size_t, 4> types_{};
  std::uint64_t words_ = 0;
};

}  // namespace genloss::workers
