#include "orchestrator/run/state.hpp"

#include <string>

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

Position position_of(const std::vector<nlohmann::json>& journal) {
  Position position;
  for (const auto& line : journal) {
    position.last_time = line.value("time", position.last_time);
    const std::string event = line.value("event", "");
    if (event == "started") {
      ++position.attempts;
      position.ranks = line.value("ranks", 0);
      position.finished = false;
      position.last_error.clear();
    } else if (event == "finished") {
      position.finished = true;
    } else if (event == "failed") {
      position.last_error = line.value("error", "");
    } else if (const auto state = state_from(line.value("state", ""))) {
      position.generation = line.value("generation", position.generation);
      position.state = *state;
    }
  }
  return position;
}

}  // namespace genloss::orchestrator
