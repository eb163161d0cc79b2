#pragma once
// How many different words and word n-grams are there? Such numbers depend on how much is looked at, so all of them
// are taken on a fixed number of words.

#include <cstdint>
#include <limits>
#include <span>

#include "workers/measures/text/word_samples.hpp"

namespace genloss::workers {

struct TypeStatistics {
  static constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  double distinct_2 = 0;                  ///< different word pairs / word pairs (Li et al. 2016)
  double shared_4 = 0;                    ///< share of word 4-grams that stand in another sample too
  double effective_vocabulary = nothing;  ///< 2 ^ entropy of words (Hill number of order 1), human words only
  double pair_entropy = nothing;          ///< of word pairs, bits; pairs of human words only
  double rare_recall = 0;                 ///< share of the lexicon's rare types that occur
  double unseen_mass = 0;  ///< f1 / N: the chance that the next word is a new one (Good 1953), human words only
};
inline constexpr std::size_t type_statistics = 6;

/// Statistics of the first `words` words of the samples in the order given; those of human words and pairs of them on
/// the first `words` / 2 of these, so that strings that are no words do not pass for a shorter text. No n-gram runs
/// from one sample into the next. NaN where there is nothing to count, or not enough human words.
[[nodiscard]] TypeStatistics type_statistics_of(const WordSamples& text, std::span<const std::uint32_t> order,
                                                std::uint64_t words);

}  // namespace genloss::workers
