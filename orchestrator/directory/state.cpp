#include "orchestrator/directory/state.hpp"

#include <string>

#include "orchestrator/directory/clock.hpp"

namespace genloss::orchestrator {

std::string_view name_of(State state) noexcept {
  switch (state) {
    case State::planned:
      return "PLANNED";
    case State::mixed:
      return "MIXED";
    case State::training:
      return "TRAINING";
    case State::trained:
      return "TRAINED";
    case State::evaluated:
      return "EVALUATED";
    case State::sampling:
      return "SAMPLING";
    case State::sampled:
      return "SAMPLED";
    case State::scored:
      return "SCORED";
  }
  return "?";
}

std::optional<State> state_from(std::string_view name) noexcept {
  for (const State state : all_states) {
    if (name_of(state) == name) return state;
  }
  return std::nullopt;
}

namespace {

/// How long generations take, as far as the journal of one start shows.
class GenerationPace {
 public:
  void start_anew() { began_ = false; }
  void planned(const std::string& time) {
    const std::int64_t now = unix_from(time).value_or(0);
    if (began_) seconds_ = static_cast<double>(now - planned_at_);
    began_ = now > 0;
    planned_at_ = now;
  }
  [[nodiscard]] std::optional<double> seconds() const { return seconds_; }

 private:
  bool began_ = false;
  std::int64_t planned_at_ = 0;
  std::optional<double> seconds_;
};

}  // namespace

Position position_of(const std::vector<nlohmann::json>& journal, std::string_view chain) {
  Position position;
  GenerationPace pace;
  for (const auto& line : journal) {
    position.last_time = line.value("time", position.last_time);
    const std::string event = line.value("event", "");
    if (event == "started") {
      ++position.attempts;
      position.ranks = line.value("ranks", 0);
      position.finished = position.ended = false;
      pace.start_anew();
      position.last_error.clear();
    } else if (event == "finished") {
      position.finished = position.ended = true;
    } else if (event == "stopped") {
      position.ended = true;
    } else if (event == "failed") {
      position.ended = true;
      position.last_error = line.value("error", "");
    } else if (line.value("chain", "") != chain) {
      continue;
    } else if (const auto state = state_from(line.value("state", ""))) {
      const int generation = line.value("generation", position.generation);
      // Measures of one generation may be made after the mix of the next.
      if (generation < position.generation || (generation == position.generation && *state < position.state)) continue;
      position.generation = generation;
      position.state = *state;
      if (*state == State::planned) pace.planned(position.last_time);
    }
  }
  position.seconds_per_generation = pace.seconds();
  return position;
}

}  // namespace genloss::orchestrator
