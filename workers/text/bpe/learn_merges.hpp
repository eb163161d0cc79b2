#pragma once
// Learns a vocabulary from counts of words.

#include "workers/text/bpe/bpe_model.hpp"
#include "workers/text/bpe/word_counts.hpp"

namespace genloss::workers {

/// Byte-pair encoding (Sennrich et al. 2016) over the 256 bytes: again and again, the pair of neighbouring tokens that
/// occurs most often becomes a token, until the vocabulary has `vocabulary` of them. Of pairs that occur equally often,
/// the one with the greater first token in byte order wins, then the one with the greater second token. Ids are the
/// bytes, then the merges in order; a merge whose bytes are a token already gives that token.
/// @throws Error(bad_data) if the words have too few pairs for so large a vocabulary
[[nodiscard]] BpeModel learn_merges(const WordCounts& words, int vocabulary);

}  // namespace genloss::workers
