#include "orchestrator/attempt/time_budget.hpp"

#include <algorithm>
#include <chrono>

#include "storage/tensors/checkpoint.hpp"

namespace genloss::orchestrator {
namespace {

struct Field {
  const char* name;
  double Pace::*member;
};
constexpr Field fields[] = {{"step_seconds", &Pace::step},
                            {"checkpoint_seconds", &Pace::checkpoint},
                            {"shard_seconds", &Pace::shard},
                            {"evaluation_seconds", &Pace::evaluation},
                            {"measuring_seconds", &Pace::measuring}};

}  // namespace

nlohmann::ordered_json to_json(const Pace& pace) {
  nlohmann::ordered_json json;
  for (const auto& [name, member] : fields) json[name] = pace.*member;
  return json;
}

Pace pace_of(const std::vector<nlohmann::json>& journal) {
  Pace pace;
  for (const auto& line : journal) {
    const auto found = line.find("pace");
    if (found == line.end() || !found->is_object()) continue;
    for (const auto& [name, member] : fields) {
      const double seconds = found->value(name, 0.0);
      if (seconds > 0) pace.*member = seconds;  // a start that only sampled tells nothing of steps
    }
  }
  return pace;
}

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double silence_limit(double deadline_seconds, const Pace& pace) {
  constexpr double pieces = 4;
  for (const auto& [name, member] : fields) deadline_seconds = std::max(deadline_seconds, pieces * (pace.*member));
  return deadline_seconds;
}

TimeBudget::TimeBudget(std::optional<double> seconds_left, Now now, const Pace& expected)
    : now_(std::move(now)), expected_(expected) {
  if (seconds_left) end_ = now_() + *seconds_left;
}

void TimeBudget::took(double Pace::*piece, double seconds) { pace_.*piece = std::max(pace_.*piece, seconds); }

bool TimeBudget::fits(double Pace::*piece) {
  if (!end_) return true;
  constexpr double slack = 1.25;
  double needed = slack * time_of(piece) + margin_seconds;
  if (piece == &Pace::step) needed += time_of(piece) + slack * time_of(&Pace::checkpoint);
  if (*end_ - now_() >= needed) return true;
  ran_out_ = true;
  return false;
}

void StepTimer::asked() {
  const double now = budget_.now();
  if (reported_at_) {
    const double between = now - *reported_at_;
    if (std::filesystem::exists(storage::checkpoint_path(checkpoints_, step_))) {
      budget_.took(&Pace::checkpoint, std::max(0.0, between - lanes_));
    } else {
      lanes_ = between;
    }
  }
  asked_at_ = now;
}

void StepTimer::reported(std::uint64_t step) {
  const double now = budget_.now();
  if (asked_at_) budget_.took(&Pace::step, now - *asked_at_ + lanes_);
  reported_at_ = now;
  step_ = step;
}

}  // namespace genloss::orchestrator
