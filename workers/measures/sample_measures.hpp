#pragma once
// Measures that each sample has its part in: a ratio of two sums over samples. One sample's own ratio ranks samples.

#include <string>
#include <string_view>
#include <vector>

#include "workers/measures/text/lexicon.hpp"

namespace genloss::workers {

/// What a sample adds to the two sums; nothing where it is too short to tell.
struct SampleShare {
  double part = 0, whole = 0;
};

struct SampleMeasure {
  std::string_view name;  ///< of the record
  SampleShare (*of)(const std::string& sample, const Lexicon& lexicon) = nullptr;
};

/// repetition_4, repetition_16_bytes, repeated_text, loop_share, moving_type_ratio, nonword_share, sample_words.
[[nodiscard]] const std::vector<SampleMeasure>& sample_measures();

}  // namespace genloss::workers
