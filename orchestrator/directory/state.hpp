#pragma once
// The life of a generation, as the journal tells it.

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace genloss::orchestrator {

/// planned -> mixed -> training -> trained -> evaluated -> sampling -> sampled -> scored -> (next generation).
/// Each transition is idempotent: what it makes is complete when its manifest is renamed into place, so after a kill
/// the open transition is simply done again.
enum class State { planned, mixed, training, trained, evaluated, sampling, sampled, scored };
inline constexpr std::array all_states{State::planned,   State::mixed,    State::training, State::trained,
                                       State::evaluated, State::sampling, State::sampled,  State::scored};

[[nodiscard]] std::string_view name_of(State state) noexcept;  ///< "PLANNED", ...
[[nodiscard]] std::optional<State> state_from(std::string_view name) noexcept;

/// Where a run is, read from its journal.
struct Position {
  int generation = -1;  ///< -1: nothing planned yet
  State state = State::planned;
  int attempts = 0;  ///< how often the program was started on this run
  int ranks = 0;     ///< of the latest start
  bool finished = false;
  bool ended = true;  ///< the latest start came to an end that it could still note
  std::string last_error;
  std::string last_time;  ///< of the latest line, UTC
  /// Seconds from the plan of the generation before to that of the latest one, if one start made all of it.
  std::optional<double> seconds_per_generation;
};
/// @param chain whose states count (jobs::Chain::name); empty: those of the one chain of a study of one
[[nodiscard]] Position position_of(const std::vector<nlohmann::json>& journal, std::string_view chain = {});

}  // namespace genloss::orchestrator
