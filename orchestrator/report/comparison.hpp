#pragma once
// Several runs side by side: what the cures are worth.

#include <string>
#include <vector>

#include "workers/measure.hpp"

namespace genloss::orchestrator {

struct RunMeasures {
  std::string name;
  std::vector<std::vector<workers::Measure>> generations;
};

/// Per measure a line, per run "first -> last (change)".
[[nodiscard]] std::string comparison(const std::vector<workers::TableColumn>& columns,
                                     const std::vector<RunMeasures>& runs);

}  // namespace genloss::orchestrator
