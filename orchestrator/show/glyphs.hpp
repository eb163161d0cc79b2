#pragma once
// Bytes as characters on a screen.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::orchestrator::show {

struct Glyph {
  std::string bytes;        ///< UTF-8 of one character; U+FFFD for a byte that is none, and for control characters
  std::size_t at = 0;       ///< first byte in the text
  std::size_t columns = 1;  ///< 0 for combining marks, 2 for wide ones
  bool space = false;       ///< white space
  bool newline = false;
};

/// @return all characters of `text`, whose bytes may be anything
[[nodiscard]] std::vector<Glyph> glyphs_of(std::string_view text);

}  // namespace genloss::orchestrator::show
