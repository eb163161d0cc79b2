#include "workers/measures/text/sentences.hpp"

#include <cstddef>
#include <unordered_map>

#include "workers/measures/text/words.hpp"

namespace genloss::workers {

std::vector<double> sentence_lengths(std::string_view text) {
  std::vector<double> lengths;
  constexpr auto stops = ".!?";
  for (std::size_t at = text.find_first_of(stops); at != std::string_view::npos;) {
    const std::size_t next = text.find_first_of(stops, at + 1);
    if (next == std::string_view::npos) break;
    const auto words = words_in(text.substr(at, next - at)).size();
    if (words > 0) lengths.push_back(static_cast<double>(words));  // "?!" and "..." hold none
    at = next;
  }
  return lengths;
}

WindowTypes window_types(std::string_view text, std::size_t window) {
  const auto words = word_types(text);
  WindowTypes result;
  std::unordered_map<std::string_view, std::size_t> inside;
  for (std::size_t i = 0; i < words.size(); ++i) {
    ++inside[words[i]];
    if (i >= window && --inside[words[i - window]] == 0) inside.erase(words[i - window]);
    if (i + 1 < window) continue;
    result.ratios += static_cast<double>(inside.size()) / static_cast<double>(window);
    ++result.windows;
  }
  return result;
}

std::string_view whole_words(std::string_view text, bool joined, bool cut) {
  const auto words = words_in(text);
  if (words.empty()) return text;
  const auto [first, length] = words.front();
  const auto last = words.back();
  std::size_t begin = 0, end = text.size();
  if (joined && first == 0) begin = length;
  if (cut && last.begin + last.length == end) end = last.begin;
  return end > begin ? text.substr(begin, end - begin) : std::string_view();
}

}  // namespace genloss::workers
