#pragma once
// Measures over generations, in words.

#include <string>
#include <string_view>
#include <vector>

#include "workers/measure.hpp"

namespace genloss::workers {

/// The measure called `name`, or null.
[[nodiscard]] const Measure* find_measure(const std::vector<Measure>& measures, std::string_view name);

enum class Change { none, rose, fell };
/// Whether a measure moved by more than its uncertainty: none if the intervals overlap or a value is not a number.
[[nodiscard]] Change change_between(const Measure& first, const Measure& last);

/// "LABEL rose from 2.41 to 2.87 (+19 %)", or "LABEL shows no clear change (2.41, 2.43)".
[[nodiscard]] std::string describe_change(std::string_view label, const Measure& first, const Measure& last,
                                          int decimals);

/// `value` with `decimals` digits after the point; "-" if it is not a number.
[[nodiscard]] std::string fixed_text(double value, int decimals);

/// "a", "a and b", "a, b and c".
[[nodiscard]] std::string joined(const std::vector<std::string>& parts);

}  // namespace genloss::workers
