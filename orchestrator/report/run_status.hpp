#pragma once
// Where a run is, read from outside; safe while the run is going on.

#include <nlohmann/json.hpp>
#include <string>

#include "orchestrator/run/run_paths.hpp"
#include "orchestrator/run/state.hpp"

namespace genloss::orchestrator {

struct RunStatus {
  std::string run, study, digest;
  int generations = 0;  ///< the run is asked for so many
  Position position;
  bool running = false;               ///< a living process holds the run directory
  std::uint64_t done = 0, total = 0;  ///< of the open state: steps while TRAINING, shards while SAMPLING
  std::string what;                   ///< "steps", "shards"
  double loss = 0, tokens_per_second = 0;
};

/// @throws Error(bad_data) if `run` is not a run directory
[[nodiscard]] RunStatus status_of(const RunPaths& run);
[[nodiscard]] nlohmann::ordered_json to_json(const RunStatus& status);
[[nodiscard]] std::string to_text(const RunStatus& status);

}  // namespace genloss::orchestrator
