#pragma once
// Words of a text: runs of letters.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::workers {

/// Bytes [begin, begin + length) of a text.
struct WordPlace {
  std::size_t begin = 0, length = 0;
};

/// Maximal runs of letters: ASCII letters, and characters above U+00BF that are not punctuation (U+2000-U+207F,
/// which holds typographic quotes and dashes). Bytes that are not UTF-8 - models write such - count as letters. What
/// joins words ("don't", "well-known") separates them here.
[[nodiscard]] std::vector<WordPlace> words_in(std::string_view text);

/// A word as a type: ASCII letters in lower case.
[[nodiscard]] std::string word_type(std::string_view text, WordPlace place);

/// The types of all words of a text, in order.
[[nodiscard]] std::vector<std::string> word_types(std::string_view text);

}  // namespace genloss::workers
