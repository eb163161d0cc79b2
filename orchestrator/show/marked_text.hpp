#pragma once
// Text with marked stretches, wrapped to columns.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::orchestrator::show {

enum class Mark { none, prompt, repeat };

/// Bytes [begin, end) of a text.
struct MarkedSpan {
  std::size_t begin = 0, end = 0;
  Mark mark = Mark::none;
};

struct Page {
  std::size_t columns = 90;
  bool styled = false;  ///< bold prompts and underlined repeats of a terminal; else guillemets and [brackets]
};

/// Lines of at most `columns` columns. White space is one space, a blank line a new line; what is no UTF-8, and control
/// characters, are U+FFFD, so nothing that a model writes can steer a terminal. A word longer than a line is cut.
/// @param spans in order, disjoint; their limits may fall inside a character, which then counts with its first byte
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, const std::vector<MarkedSpan>& spans,
                                               const Page& page);

/// UTF-8 of any bytes, for JSON: what is none is U+FFFD.
[[nodiscard]] std::string as_utf8(std::string_view text);

/// How marks look on this page, in words: "bold: prompt, underlined: ..." or "«prompt», [...]".
[[nodiscard]] std::string legend(const Page& page);

}  // namespace genloss::orchestrator::show
