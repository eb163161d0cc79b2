#pragma once
// Does a text repeat itself?

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace genloss::workers {

struct NgramCount {
  std::uint64_t unique = 0, total = 0;
};
/// Runs of `n` neighbouring words of a text. rep-n is 1 - unique / total (Welleck et al. 2020; Su et al. 2022).
[[nodiscard]] NgramCount word_ngrams(std::string_view text, std::size_t n);

/// Runs of `n` neighbouring bytes: of text without words, too.
[[nodiscard]] NgramCount byte_ngrams(std::string_view text, std::size_t n);

/// Bytes [begin, end) of a text.
struct Span {
  std::size_t begin = 0, end = 0;
  bool operator==(const Span&) const = default;
};

/// Where a text repeats itself: the longest stretches that are covered by runs of `words` words which occur at least
/// twice in it. All occurrences count, the first one too; a span begins and ends with a word. In order, disjoint.
[[nodiscard]] std::vector<Span> repeated_spans(std::string_view text, std::size_t words = 4);

/// The part of a text that is stuck: the longest stretch in which a phrase is said at least `times` times in
/// succession, of at least `words` words together; empty if there is none.
[[nodiscard]] Span loop_in(std::string_view text, std::size_t times = 3, std::size_t words = 9);

}  // namespace genloss::workers
