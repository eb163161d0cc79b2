#pragma once
// The table a run ends with: human text, then generations down, measures across; and what it comes to, in words. All of
// it is made from the records of the measures.

#include <string>
#include <vector>

#include "workers/measure.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::orchestrator {

/// The measures of the table in blocks of as many columns as fit, each with its symptoms, labels and units above, human
/// text first, then a row per generation, values with half of their interval; below, a line for each column. A measure
/// that is missing is shown as "-".
[[nodiscard]] std::string table(const std::vector<workers::Record>& records, const workers::MeasuredRun& run);
/// Its two parts: the blocks, and the lines below them.
[[nodiscard]] std::string rows(const std::vector<workers::Record>& records, const workers::MeasuredRun& run);
[[nodiscard]] std::string legend(const std::vector<workers::Record>& records);

/// ".012" for 0.012: half of an interval needs no zero in front.
[[nodiscard]] std::string half_text(double half, int decimals);

/// What generation n says as soon as it is measured: a line per block of columns, "LABEL value, LABEL value, ...", and
/// its profile.
[[nodiscard]] std::vector<std::string> generation_lines(const std::vector<workers::Record>& records,
                                                        const workers::MeasuredRun& run, int n, double confidence);

/// Profile of each generation, and the verdict, in lines of line_width.
[[nodiscard]] std::string conclusion(const std::vector<workers::Record>& records, const workers::MeasuredRun& run,
                                     double confidence);

}  // namespace genloss::orchestrator
