#include "workers/measures/text/repetition.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_set>

namespace genloss::workers {
namespace {

/// Suffixes of `text` in alphabetical order, by prefix doubling (Manber & Myers 1993); `rank` gets the inverse.
std::vector<std::size_t> suffix_array(std::string_view text, std::vector<std::size_t>& rank) {
  const std::size_t n = text.size();
  std::vector<std::size_t> order(n), next(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i < n; ++i) rank[i] = static_cast<unsigned char>(text[i]);
  for (std::size_t length = 1;; length *= 2) {
    const auto key = [&](std::size_t i) { return std::pair(rank[i], i + length < n ? rank[i + length] + 1 : 0); };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    next[order[0]] = 0;
    for (std::size_t i = 1; i < n; ++i)
      next[order[i]] = next[order[i - 1]] + (key(order[i - 1]) < key(order[i]) ? 1 : 0);
    rank.swap(next);
    if (rank[order[n - 1]] == n - 1) return order;
  }
}

}  // namespace

NgramCount word_ngrams(const std::vector<std::string>& words, std::size_t n) {
  if (words.size() < n) return {};
  std::unordered_set<std::string> seen;
  for (std::size_t first = 0; first + n <= words.size(); ++first) {
    std::string ngram;
    for (std::size_t i = first; i < first + n; ++i) ngram += words[i] + ' ';
    seen.insert(std::move(ngram));
  }
  return {seen.size(), words.size() - n + 1};
}

std::uint64_t longest_repeated_span(std::string_view text) {
  if (text.size() < 2) return 0;
  std::vector<std::size_t> rank(text.size());
  const auto order = suffix_array(text, rank);
  // Longest common prefixes of neighbours in the suffix array (Kasai et al. 2001); the largest is the answer.
  std::size_t longest = 0;
  for (std::size_t i = 0, common = 0; i < text.size(); ++i) {
    if (rank[i] == 0) {
      common = 0;
      continue;
    }
    const std::size_t other = order[rank[i] - 1];
    while (std::max(i, other) + common < text.size() && text[i + common] == text[other + common]) ++common;
    longest = std::max(longest, common);
    if (common > 0) --common;
  }
  return longest;
}

}  // namespace genloss::workers
