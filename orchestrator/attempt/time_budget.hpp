#pragma once
// What still fits into the time that is left of an allocation.

#include <filesystem>
#include <functional>
#include <optional>

#include <nlohmann/json.hpp>

namespace genloss::orchestrator {

/// Longest seconds that a piece of work has taken in this start; 0: not measured. Of evaluation and measuring: a block.
struct Pace {
  double step = 0, checkpoint = 0, shard = 0, evaluation = 0, measuring = 0;
};
[[nodiscard]] nlohmann::ordered_json to_json(const Pace& pace);
/// The pace that the newest journal line with one tells; members that are not there are 0.
[[nodiscard]] Pace pace_of(const std::vector<nlohmann::json>& journal);

/// How long a rank may be silent before it counts as missing: as the study says, or longer where its longest piece of
/// work, which may not be able to beat, has taken longer before. Seconds.
[[nodiscard]] double silence_limit(double deadline_seconds, const Pace& pace);

/// Seconds on a clock that only goes forward.
[[nodiscard]] double steady_seconds();

/// One per rank. Work is begun while its longest time so far, with a margin, fits before the end; until it has been
/// measured, its time in an earlier start counts. What was never measured is begun anyway.
class TimeBudget {
 public:
  using Now = std::function<double()>;
  /// @param seconds_left nothing: there is no limit @param expected the pace of an earlier start
  explicit TimeBudget(std::optional<double> seconds_left = std::nullopt, Now now = steady_seconds,
                      const Pace& expected = {});

  void took(double Pace::*piece, double seconds);
  /// A step counts with the next one and a checkpoint: it is asked about at the end of a step.
  [[nodiscard]] bool fits(double Pace::*piece);
  /// Something did not fit.
  [[nodiscard]] bool ran_out() const noexcept { return ran_out_; }
  [[nodiscard]] const Pace& pace() const noexcept { return pace_; }
  [[nodiscard]] double now() const { return now_(); }

  static constexpr double margin_seconds = 10;  ///< for sealing, telling the others, and leaving

 private:
  [[nodiscard]] double time_of(double Pace::*piece) const { return pace_.*piece > 0 ? pace_.*piece : expected_.*piece; }

  Now now_;
  std::optional<double> end_;
  Pace pace_, expected_;
  bool ran_out_ = false;
};

/// Measures steps and checkpoints of a training from what its callbacks show on rank 0: the question whether to stop
/// comes when a step's lanes are done, the report when the step is; checkpoints are written after the report.
class StepTimer {
 public:
  StepTimer(TimeBudget& budget, std::filesystem::path checkpoints)
      : budget_(budget), checkpoints_(std::move(checkpoints)) {}
  void asked();
  void reported(std::uint64_t step);

 private:
  TimeBudget& budget_;
  std::filesystem::path checkpoints_;
  std::optional<double> asked_at_, reported_at_;
  std::uint64_t step_ = 0;
  double lanes_ = 0;  // of a step with no checkpoint before it
};

}  // namespace genloss::orchestrator
