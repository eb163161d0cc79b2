#pragma once
// Sizes of things in a text that do not need a model: sentences, types in a window, whole words.

#include <string>
#include <string_view>
#include <vector>

namespace genloss::workers {

/// Words of each complete sentence: from one '.', '!' or '?' to the next. What stands before the first one and after
/// the last one is cut off and does not count; "Mr." ends a sentence here, in every text alike.
[[nodiscard]] std::vector<double> sentence_lengths(std::string_view text);

struct WindowTypes {
  double ratios = 0, windows = 0;  ///< sum of types / words over all windows, and how many there are
};
/// Moving-average type-token ratio (Covington & McFall 2010): ratios / windows, over all runs of `window` words.
[[nodiscard]] WindowTypes window_types(std::string_view text, std::size_t window = 50);

/// `text` without the broken words at its ends: a first word that the prompt began (`joined`: its last byte was a
/// letter) and a last word that was cut (`cut`: the text did not end by itself).
[[nodiscard]] std::string_view whole_words(std::string_view text, bool joined, bool cut);

}  // namespace genloss::workers
