#pragma once
// Does a text repeat itself?

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::workers {

struct NgramCount {
  std::uint64_t unique = 0, total = 0;
};
/// Runs of `n` neighbouring words. rep-n of a text is 1 - unique / total (Welleck et al. 2020).
[[nodiscard]] NgramCount word_ngrams(const std::vector<std::string>& words, std::size_t n);

/// Length in bytes of the longest string that occurs at least twice in `text` (the two may overlap).
[[nodiscard]] std::uint64_t longest_repeated_span(std::string_view text);

}  // namespace genloss::workers
