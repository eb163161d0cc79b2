#include "workers/measures/text/words.hpp"

#include <algorithm>

namespace genloss::workers {
namespace {

/// How many bytes at `at` belong to no word; 0 if a letter starts there.
std::size_t separator_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
  const unsigned first = byte(0);
  if (first < 0x80) {
    const unsigned lower = first | 0x20U;
    return lower >= 'a' && lower <= 'z' ? 0 : 1;
  }
  const auto continues = [](unsigned b) { return b >= 0x80 && b < 0xc0; };
  if (first == 0xc2 && continues(byte(1))) return 2;                                          // U+0080-U+00BF
  if (first == 0xe2 && (byte(1) == 0x80 || byte(1) == 0x81) && continues(byte(2))) return 3;  // U+2000-U+207F
  return 0;
}

}  // namespace

std::vector<WordPlace> words_in(std::string_view text) {
  std::vector<WordPlace> words;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t skip = separator_length(text, at);
    if (skip > 0) {
      inside = false;
      at += skip;
      continue;
    }
    if (!inside) words.push_back({at, 0});
    inside = true;
    ++words.back().length;
    ++at;
  }
  return words;
}

std::string word_type(std::string_view text, WordPlace place) {
  std::string type(text.substr(place.begin, place.length));
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return type;
}

std::vector<std::string> word_types(std::string_view text) {
  std::vector<std::string> types;
  for (const auto place : words_in(text)) types.push_back(word_type(text, place));
  return types;
}

}  // namespace genloss::workers
