#pragma once
// Several runs side by side: what the cures are worth.

#include <string>
#include <vector>

#include "orchestrator/report/text_table.hpp"
#include "workers/measure.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::orchestrator {

struct RunMeasures {
  std::string name;
  workers::MeasuredRun measured;
  double confidence = 0.95;
};

/// Per measure a line, per run the change from its first to its last generation with its interval ("*" where it is
/// material); then the profile of each run's generations.
[[nodiscard]] std::string comparison(const std::vector<workers::Record>& records, const std::vector<RunMeasures>& runs);

/// How measures down and runs or arms across are set.
inline constexpr TableStyle across_arms{
    .left = 1, .repeated = 1, .gap = 1, .least_repeated = 37, .least = 14, .line = line_width};
/// "bits per byte          bits/byte": the first cell of such a line.
[[nodiscard]] std::string label_with_unit(const workers::Record& record);

}  // namespace genloss::orchestrator
