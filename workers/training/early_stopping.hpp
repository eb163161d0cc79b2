#pragma once
// A training that watches validation data: it ends when that gets no better, and the model is what was best.

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "comms/communicator.hpp"
#include "jobs/study_spec.hpp"
#include "workers/mix/unit_source.hpp"
#include "workers/network/network.hpp"
#include "workers/training/training_engine.hpp"

namespace genloss::workers {

/// The best parameters so far. A part of checkpoints: a training that is resumed goes on with it.
struct BestSoFar {
  std::uint64_t step = 0;  ///< that they were measured after; 0: none was measured yet
  double loss = std::numeric_limits<double>::infinity();
  std::uint64_t waited = 0;       ///< measurements since, none of which was better
  std::vector<float> parameters;  ///< this rank's slice

  /// What was measured after `step`: kept if it is better than all before, else waited for once more.
  void take(std::uint64_t after, double measured, std::span<const float> now) {
    if (!(measured < loss)) {
      ++waited;
      return;
    }
    step = after;
    loss = measured;
    waited = 0;
    parameters.assign(now.begin(), now.end());
  }
};

class EarlyStopping {
 public:
  /// Reads the units that are measured on. Local. @throws Error(bad_data) if there are none
  EarlyStopping(const jobs::TrainingSection& training, const Network& network, UnitSource& validation);

  /// Whether it is to be measured after `step` steps of `steps`.
  [[nodiscard]] bool due(std::uint64_t step, std::uint64_t steps) const;
  /// Collective: measures, and keeps the parameters if they are the best. Units are measured in groups that do not
  /// depend on the ranks, and these are added in their order: the result is the same at any number of ranks.
  /// @return nats per value with a loss
  double measure(TrainingEngine& engine, comms::Communicator& ranks, std::uint64_t step);
  /// Whether it has not got better for training.patience measurements.
  [[nodiscard]] bool over() const noexcept { return best_.waited >= patience_; }
  [[nodiscard]] BestSoFar& best() noexcept { return best_; }
  [[nodiscard]] const BestSoFar& best() const noexcept { return best_; }

 private:
  std::uint64_t patience_, steps_between_;
  std::size_t unit_bytes_, group_bytes_;
  std::vector<std::byte> units_;
  std::uint64_t targets_ = 0;
  BestSoFar best_;
};

}  // namespace genloss::workers
