#include "orchestrator/run/phase_times.hpp"

#include <algorithm>

#include "jobs/numbers.hpp"

namespace genloss::orchestrator {

std::string times_text(const PhaseTimes& times) {
  const double total = std::max(times.training + times.sampling + times.measuring, 1e-9);
  const auto part = [&](std::string_view name, double seconds) {
    return std::string(name) + " " + duration_text(seconds) + " (" + percent_text(seconds / total) + ")";
  };
  return "time: " + part("training", times.training) + ", " + part("sampling", times.sampling) + ", " +
         part("measuring", times.measuring);
}

nlohmann::ordered_json to_json(const PhaseTimes& times) {
  return {{"training", times.training}, {"sampling", times.sampling}, {"measuring", times.measuring}};
}

}  // namespace genloss::orchestrator
