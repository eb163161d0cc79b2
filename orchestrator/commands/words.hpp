#pragma once
// The words of a command line, taken one by one.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::orchestrator {

using Words = std::vector<std::string>;

/// Takes `--flag` out of `words`; true if it was there.
[[nodiscard]] bool take_flag(Words& words, std::string_view flag);
/// Takes `--option VALUE` or `--option=VALUE` out of `words`; empty if it was not there. @throws Error(usage) without a
/// value
[[nodiscard]] std::string take_option(Words& words, std::string_view option);
/// The same for a whole number of [least, most].
[[nodiscard]] std::optional<std::uint64_t> take_whole_number(Words& words, std::string_view option, std::uint64_t least,
                                                             std::uint64_t most);
/// The same for a number above 0, of `unit`: "GB".
[[nodiscard]] std::optional<double> take_number(Words& words, std::string_view option, std::string_view unit);
/// The study file of a command: the first word that is no option. @throws Error(usage) if there is none
/// @param options that the hint shows behind it
[[nodiscard]] std::string take_study(Words& words, std::string_view command, std::string_view options = {});
/// The only word left. @throws Error(usage) naming what is missing or too much
[[nodiscard]] std::string only_word(const Words& words, std::string_view command, std::string_view what);

}  // namespace genloss::orchestrator
