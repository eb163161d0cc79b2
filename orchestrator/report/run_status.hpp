#pragma once
// Where a run is, read from outside; safe while the run is going on, also on other hosts.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/directory/live_progress.hpp"
#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/directory/state.hpp"

namespace genloss::orchestrator {

/// interrupted: the latest start ended without a word (killed, node lost); run it again. damaged: the journal cannot be
/// read; `last_error` says why.
enum class Condition { running, finished, stopped, interrupted, failed, damaged };
[[nodiscard]] std::string_view name_of(Condition condition) noexcept;

struct RunStatus {
  std::string run, study, digest;
  int generations = 0;  ///< the run is asked for so many
  Condition condition = Condition::stopped;
  Position position;  ///< of several chains: of the one that has most before it
  struct Chain {
    std::string name;
    Position position;
    bool closed = false;  ///< it could not go on
  };
  std::vector<Chain> chains{};                   ///< empty if there is one
  std::uint64_t dropped = 0, dropped_bytes = 0;  ///< models and corpora that runtime.keep has removed
  std::uint64_t done = 0, total = 0;             ///< of the open state: steps while TRAINING, shards while SAMPLING
  std::string what;                              ///< "steps", "shards"
  double loss = 0, tokens_per_second = 0;
  std::optional<LiveProgress> live;        ///< of a running program
  std::optional<double> seconds_silent;    ///< since it was last heard, by this host's clock
  std::optional<double> run_seconds_left;  ///< estimate, from the generation before
};

/// @throws Error(bad_data) if `run` is not a run directory, or its study or journal cannot be read
[[nodiscard]] RunStatus status_of(const RunPaths& run);
/// Whether `directory` holds one run (and not, perhaps, several).
[[nodiscard]] bool is_run(const std::filesystem::path& directory);
/// All runs directly below `folder`, by name; those that cannot be read are `damaged`.
/// @throws Error(bad_data) if there is no such folder
[[nodiscard]] std::vector<RunStatus> statuses_below(const std::filesystem::path& folder);

}  // namespace genloss::orchestrator
