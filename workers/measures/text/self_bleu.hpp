#pragma once
// How alike are samples to each other?

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "workers/measures/text/word_samples.hpp"

namespace genloss::workers {

/// The n-grams of samples, counted once for many self-BLEUs.
class BleuSamples {
 public:
  /// The first `most` samples of at least four words, the first `words` words of each.
  BleuSamples(const WordSamples& text, std::size_t most, std::size_t words);
  [[nodiscard]] std::size_t size() const noexcept { return lengths_.size(); }

  /// Self-BLEU-4 (Zhu et al. 2018): the mean over the chosen samples of BLEU-4 with all others of them as references
  /// (Papineni et al. 2002: clipped n-gram precisions, geometric mean, brevity penalty against the reference of the
  /// closest length, the shorter of two). A precision without a match counts as 0.1 / n-grams (Chen & Cherry 2014,
  /// method 1). NaN for fewer than two samples. Linear in the words.
  [[nodiscard]] double self_bleu(std::span<const std::uint32_t> chosen) const;

 private:
  static constexpr std::size_t orders = 4;
  using Counts = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // n-gram, times
  std::vector<std::array<Counts, orders>> counts_;                      // of each sample
  std::vector<double> lengths_;
  std::array<std::size_t, orders> types_{};
};

/// Vendi score (Friedman & Dieng 2023): the effective number of different things, exp of the entropy of the eigenvalues
/// of kernel / size. @param kernel size x size, positive semidefinite, ones on its diagonal
[[nodiscard]] double vendi_score(std::span<const double> kernel, std::size_t size);

/// Cosines between samples as bags of words, each word weighted by what it tells (its information in the lexicon; a
/// string that is no word as a word seen once).
[[nodiscard]] std::vector<double> word_kernel(const WordSamples& text, std::span<const std::uint32_t> samples);

}  // namespace genloss::workers
