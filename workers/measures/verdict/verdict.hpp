#pragma once
// What happened to a run, in words made from the records.

#include <string>
#include <vector>

#include "workers/measure.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::workers {

/// The profile of each generation as a line ("generation 3: late: LABEL a -> b unit (effect [interval]); ..."), the
/// first against human text, the others against the first. Nothing for a family whose records carry no signs.
[[nodiscard]] std::vector<std::string> profile_lines(const std::vector<Record>& records, const MeasuredRun& run,
                                                     double confidence = 0.95);

/// The change from generation 0 to the last, in lines: the profile; a line for each material change, with effect,
/// interval and meaning; what is certain but small, and what is not clear; how many measures were asked.
[[nodiscard]] std::vector<std::string> verdict(const std::vector<Record>& records, const MeasuredRun& run,
                                               double confidence = 0.95);

/// `text` broken at spaces into lines of at most `width` columns, all but the first one indented by `indent`; spaces in
/// front of it are kept.
[[nodiscard]] std::string wrapped(const std::string& text, std::size_t width, std::size_t indent);

}  // namespace genloss::workers
