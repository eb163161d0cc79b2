#include "workers/measures/text/type_counts.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "jobs/heartbeat.hpp"

namespace genloss::workers {
namespace {

/// What was picked of a sample: its first so many words.
struct Piece {
  const NgramSample* sample;
  std::size_t words;
  [[nodiscard]] std::span<const std::uint32_t> ngrams(std::size_t n) const {
    return std::span(sample->of[n - 1]).first(words >= n ? words - n + 1 : 0);
  }
};

std::vector<Piece> pick(const WordSamples& text, std::span<const std::uint32_t> order, std::uint64_t words) {
  std::vector<Piece> pieces;
  for (const auto s : order) {
    if (words == 0) break;
    const NgramSample& sample = text.samples()[s];
    const auto take = std::min<std::uint64_t>(words, sample.words().size());
    if (take > 0) pieces.push_back({&sample, static_cast<std::size_t>(take)});
    words -= take;
  }
  return pieces;
}

double entropy_bits(const std::vector<std::uint32_t>& counts, double total) {
  double sum = 0;
  for (const auto c : counts) {
    if (c > 1) sum += c * std::log2(c);
  }
  return std::log2(total) - sum / total;
}

/// @param most so many human words are counted, so that strings that are no words do not make the text shorter
void count_words(const std::vector<Piece>& pieces, const Lexicon& lexicon, double most, TypeStatistics& out) {
  std::vector<std::uint32_t> counts(lexicon.size());
  std::vector<bool> seen(lexicon.size());
  double known = 0;
  for (const auto& piece : pieces) {
    for (const auto word : piece.ngrams(1)) {
      if (word >= lexicon.size()) continue;
      seen[word] = true;
      if (known == most) continue;
      ++counts[word];
      ++known;
    }
  }
  double once = 0, rare = 0;
  for (std::uint32_t word = 0; word < counts.size(); ++word) {
    once += counts[word] == 1 ? 1 : 0;
    rare += seen[word] && lexicon.rare(word) ? 1 : 0;
  }
  out.rare_recall = rare / static_cast<double>(lexicon.rare_types());
  if (known < most) return;
  out.effective_vocabulary = std::exp2(entropy_bits(counts, known));
  out.unseen_mass = once / known;
}

void count_pairs(const std::vector<Piece>& pieces, const WordSamples& text, double most, TypeStatistics& out) {
  std::vector<std::uint32_t> counts(text.types(2)), human(text.types(2));
  double pairs = 0, human_pairs = 0, different = 0;
  for (const auto& piece : pieces) {
    beat("count words");
    const auto words = piece.ngrams(1), ngrams = piece.ngrams(2);
    for (std::size_t i = 0; i < ngrams.size(); ++i) {
      different += counts[ngrams[i]]++ == 0 ? 1 : 0;
      ++pairs;
      if (human_pairs == most || std::max(words[i], words[i + 1]) >= text.lexicon().size()) continue;
      ++human[ngrams[i]];
      ++human_pairs;
    }
  }
  out.distinct_2 = different / pairs;
  if (human_pairs == most) out.pair_entropy = entropy_bits(human, human_pairs);
}

double shared_share(const std::vector<Piece>& pieces, std::size_t types, std::size_t n) {
  constexpr std::uint32_t nobody = 0, several = ~0U;
  std::vector<std::uint32_t> owner(types, nobody);
  for (std::uint32_t p = 0; p < pieces.size(); ++p) {
    beat("count words");
    for (const auto ngram : pieces[p].ngrams(n)) {
      auto& o = owner[ngram];
      o = o == nobody || o == p + 1 ? p + 1 : several;
    }
  }
  double shared = 0, all = 0;
  for (const auto& piece : pieces) {
    for (const auto ngram : piece.ngrams(n)) {
      shared += owner[ngram] == several ? 1 : 0;
      ++all;
    }
  }
  return shared / all;
}

}  // namespace

TypeStatistics type_statistics_of(const WordSamples& text, std::span<const std::uint32_t> order, std::uint64_t words) {
  const auto pieces = pick(text, order, words);
  TypeStatistics out;
  const auto human = static_cast<double>(words / 2);
  count_words(pieces, text.lexicon(), human, out);
  count_pairs(pieces, text, human, out);
  out.shared_4 = shared_share(pieces, text.types(4), 4);
  return out;
}

}  // namespace genloss::workers
