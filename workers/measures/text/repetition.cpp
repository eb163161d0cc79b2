#include "workers/measures/text/repetition.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "workers/measures/text/words.hpp"

namespace genloss::workers {
namespace {

using Numbers = std::vector<std::uint32_t>;

/// The words of a text, equal types with equal numbers.
Numbers numbered(std::string_view text, const std::vector<WordPlace>& places) {
  std::unordered_map<std::string, std::uint32_t> known;
  Numbers numbers;
  for (const auto place : places) {
    const auto next = static_cast<std::uint32_t>(known.size());
    numbers.push_back(known.try_emplace(word_type(text, place), next).first->second);
  }
  return numbers;
}

/// How often each run of n words occurs.
std::map<Numbers, std::uint32_t> runs_of(const Numbers& words, std::size_t n) {
  std::map<Numbers, std::uint32_t> runs;
  for (std::size_t i = 0; i + n <= words.size(); ++i) {
    ++runs[Numbers(words.begin() + static_cast<std::ptrdiff_t>(i), words.begin() + static_cast<std::ptrdiff_t>(i + n))];
  }
  return runs;
}

}  // namespace

NgramCount word_ngrams(std::string_view text, std::size_t n) {
  const auto words = numbered(text, words_in(text));
  if (words.size() < n) return {};
  return {runs_of(words, n).size(), words.size() - n + 1};
}

NgramCount byte_ngrams(std::string_view text, std::size_t n) {
  if (text.size() < n) return {};
  std::unordered_set<std::string_view> seen;
  for (std::size_t at = 0; at + n <= text.size(); ++at) seen.insert(text.substr(at, n));
  return {seen.size(), text.size() - n + 1};
}

std::vector<Span> repeated_spans(std::string_view text, std::size_t n) {
  const auto places = words_in(text);
  const auto words = numbered(text, places);
  const auto runs = runs_of(words, n);
  std::vector<Span> spans;
  std::size_t covered = 0;  // words before this one are in the last span already
  for (std::size_t i = 0; i + n <= words.size(); ++i) {
    const Numbers run(words.begin() + static_cast<std::ptrdiff_t>(i),
                      words.begin() + static_cast<std::ptrdiff_t>(i + n));
    if (runs.at(run) < 2) continue;
    const std::size_t end = places[i + n - 1].begin + places[i + n - 1].length;
    if (!spans.empty() && i < covered) {
      spans.back().end = end;
    } else {
      spans.push_back({places[i].begin, end});
    }
    covered = i + n;
  }
  return spans;
}

Span loop_in(std::string_view text, std::size_t times, std::size_t least) {
  const auto places = words_in(text);
  const auto words = numbered(text, places);
  std::size_t best_first = 0, best_length = 0;
  for (std::size_t period = 1; period * times <= words.size(); ++period) {
    // A phrase of `period` words said again and again: every word equals the one a period before.
    std::size_t run = 0;
    for (std::size_t i = period; i <= words.size(); ++i) {
      if (i < words.size() && words[i] == words[i - period]) {
        ++run;
        continue;
      }
      const std::size_t length = run + period;
      if (length >= std::max(least, period * times) && length > best_length) {
        best_length = length;
        best_first = i - length;
      }
      run = 0;
    }
  }
  if (best_length == 0) return {};
  const WordPlace last = places[best_first + best_length - 1];
  return {places[best_first].begin, last.begin + last.length};
}

}  // namespace genloss::workers
