#pragma once
// One training in progress on one rank: which steps, with what, and what is told and saved of them.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workers/family.hpp"
#include "workers/mix/read_ahead.hpp"
#include "workers/network/network.hpp"
#include "workers/training/early_stopping.hpp"
#include "workers/training/train_checkpoint.hpp"
#include "workers/training/training_engine.hpp"
#include "workers/training/training_log.hpp"

namespace genloss::workers {

class TrainingRun {
 public:
  /// @param engine holds the values to begin with when there is no checkpoint
  /// @param validation what training.patience watches, if it is above 0
  TrainingRun(const jobs::StudySpec& spec, const Network& network, const TrainJob& job, TrainingEngine& engine,
              UnitSource* validation);

  [[nodiscard]] TrainOutcome run();

 private:
  using Clock = std::chrono::steady_clock;
  /// What all ranks know after the local part of a step.
  struct Agreed {
    double loss = 0;
    bool stop = false, save = false;
  };
  void restore();
  [[nodiscard]] TrainOutcome outcome(TrainEnd end) const;
  void sync_log();
  [[nodiscard]] Agreed run_lanes();
  void run_lane(int lane);
  [[nodiscard]] Agreed agree(std::vector<double> lane_losses, const std::exception_ptr& error);
  /// Clips, updates the slice, and tells everyone. @return the norm before clipping
  [[nodiscard]] double update();
  /// @return the validation loss, where one was due
  [[nodiscard]] std::optional<double> validate();
  void take_best();
  void report(double loss, double norm, std::optional<double> validation);
  [[nodiscard]] bool save_is_due() const;
  void save();

  const jobs::StudySpec& spec_;
  const TrainJob& job_;
  const Network& network_;
  const TrainingUnit unit_;
  const std::size_t elements_;  ///< of the flat parameters
  const std::string loss_is_;   ///< TrainProgress::loss_is
  std::uint64_t steps_, values_per_step_, step_ = 0, saved_step_ = 0;
  std::uint64_t targets_ = 0;  ///< of my lanes in this step: not every value of a unit has a loss
  TrainingEngine& engine_;
  ReadAhead::Units step_units_;  ///< of my lanes in this step
  std::optional<EarlyStopping> stopping_;
  std::optional<ReadAhead> ahead_;
  std::optional<TrainingLog> log_;
  Clock::time_point saved_at_, reported_at_;
  std::uint64_t reported_step_ = 0;
};

}  // namespace genloss::workers
