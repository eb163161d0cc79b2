#pragma once
// Several runs side by side: what the cures are worth.

#include <string>
#include <vector>

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

}  // namespace genloss::orchestrator
