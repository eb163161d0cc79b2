#pragma once
// progress.json: what a living run is at, for readers on other machines. It says nothing that matters for results.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace genloss::orchestrator {

/// Replaced every few seconds, whole, by rank 0.
struct LiveProgress {
  std::string attempt, host;
  int process = 0;
  int ranks = 0;
  int generation = -1;
  std::string stage;   ///< "training", "sampling", ...
  std::string detail;  ///< with units: "loss 2.10 nats/token, 21.3 k tokens/s"
  std::uint64_t done = 0, total = 0;
  std::optional<double> per_second;    ///< of `done`, since the stage began in this attempt
  std::optional<double> seconds_left;  ///< of the stage
  std::int64_t heard = 0;              ///< when it was written: seconds since 1970, UTC, by the writer's clock
};

/// Writes at most once in two seconds. What cannot be written is left out: a run does not fail for want of an onlooker.
class LiveProgressFile {
 public:
  explicit LiveProgressFile(std::filesystem::path path);
  void write(const LiveProgress& progress, bool at_once);

 private:
  std::filesystem::path path_;
  std::chrono::steady_clock::time_point next_{};
};

/// Nothing if there is no such file, or it is of another version.
[[nodiscard]] std::optional<LiveProgress> read_live_progress(const std::filesystem::path& path) noexcept;

}  // namespace genloss::orchestrator
