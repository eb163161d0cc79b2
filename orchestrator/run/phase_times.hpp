#pragma once
// Where the time of a run goes.

#include <chrono>
#include <string>

#include <nlohmann/json.hpp>

namespace genloss::orchestrator {

/// Seconds of wall time on this rank, over all generations of one start.
struct PhaseTimes {
  double training = 0, sampling = 0, measuring = 0;
};

/// Runs `work` and adds its time to `seconds`, whatever comes of it.
template <class Work>
auto timed(double& seconds, const Work& work) {
  struct Clock {
    double& total;
    std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
    ~Clock() { total += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); }
  } clock{seconds};
  return work();
}

/// "time: training 3:05 (61 %), sampling 1:40 (33 %), measuring 18 s (6 %)"
[[nodiscard]] std::string times_text(const PhaseTimes& times);
[[nodiscard]] nlohmann::ordered_json to_json(const PhaseTimes& times);

}  // namespace genloss::orchestrator
