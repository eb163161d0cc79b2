#pragma once
// Values of options as text: one reader and one writer per type. Readers throw std::invalid_argument with the reason.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jobs/study_spec.hpp"

namespace genloss::jobs {

/// Whole number; k, M and G multiply by 10^3, 10^6, 10^9, and then it may have decimals: 0.4M.
[[nodiscard]] std::int64_t read_integer(std::string_view text);
[[nodiscard]] std::uint64_t read_count(std::string_view text);            ///< the same, not negative, to 2^64 - 1
[[nodiscard]] double read_number(std::string_view text);                  ///< finite
[[nodiscard]] bool read_flag(std::string_view text);                      ///< yes/no, true/false, on/off, 1/0
[[nodiscard]] std::vector<std::string> read_list(std::string_view text);  ///< separated by commas
[[nodiscard]] Budget read_budget(std::string_view text);  ///< "3 epochs", "400k tokens"; "400k" are tokens too

/// "VALUE", or "0:VALUE,1:VALUE,5:VALUE": values from these generations on, the first of them 0, ascending.
/// @throws std::invalid_argument if generations are missing, doubled or not in order
[[nodiscard]] std::vector<std::pair<int, std::string>> read_schedule(std::string_view text);
[[nodiscard]] std::string write_schedule(const std::vector<std::pair<int, std::string>>& values);

/// A schedule of numbers with its linear parts as steps: "0:0.1..2:0.5" becomes "0:0.1,1:0.3,2:0.5". Other text is
/// returned as it is. @throws std::invalid_argument
[[nodiscard]] std::string with_steps(std::string_view text);

/// Levenshtein's: insertions, deletions and replacements of characters.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);
/// The name that `wrong` is at most a third of its letters away from; empty if there is none.
[[nodiscard]] std::string nearest(std::string_view wrong, const std::vector<std::string>& names);

[[nodiscard]] std::string write_number(double value);  ///< shortest text that reads back to the same double
[[nodiscard]] std::string write_list(const std::vector<std::string>& values);
[[nodiscard]] std::string write_budget(const Budget& value);

/// Words of `text`; blanks inside double quotes belong to the word, the quotes do not, and a backslash keeps the
/// character behind it. @throws std::invalid_argument if a quote is left open
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);
/// A word as words_of() reads it.
[[nodiscard]] std::string quoted_word(const std::string& word);

/// Without leading and trailing blanks.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

}  // namespace genloss::jobs
