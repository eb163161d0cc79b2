#pragma once
// What computes a training step: the host's cores, or a GPU. Two implementations: HostEngine here, DeviceEngine in
// workers/cuda/.

#include <cstdint>
#include <memory>
#include <span>

#include "comms/lanes/lane_plan.hpp"
#include "workers/network/lane_pass.hpp"

namespace genloss::workers {

/// This rank's part [begin, begin + parameters.size()) of the state; the spans have one size.
struct StateSlice {
  std::size_t begin = 0;
  std::span<float> parameters, first_moment, second_moment;
};

/// Holds a model's parameters, gradients and optimizer for one rank. A step is begin_step, run_lane for each of
/// my_lanes() in ascending order, losses, reduce, update.
class TrainingEngine {
 public:
  virtual ~TrainingEngine() = default;
  TrainingEngine(const TrainingEngine&) = delete;
  TrainingEngine& operator=(const TrainingEngine&) = delete;

  [[nodiscard]] virtual comms::LaneRange my_lanes() const = 0;
  virtual void begin_step() = 0;
  /// Forward and backward; `group` is one lane. May return before they are done, but not before `group` was read.
  virtual void run_lane(int lane, const LaneGroup& group) = 0;
  /// Waits for this rank's lanes. @param by_lane at the place of each of my lanes: sum of the losses (nats) of its
  /// tokens; other places are left alone
  virtual void losses(std::span<double> by_lane) = 0;
  /// As LanePass::measure, on this rank alone; between steps.
  [[nodiscard]] virtual double measure(std::span<const std::byte> units) = 0;
  /// Collective: adds the gradients of all lanes of all ranks. @return the norm of the sum, alike on all ranks
  [[nodiscard]] virtual double reduce() = 0;
  /// Collective: one AdamW step on each rank's slice; then everyone has all parameters.
  /// @param step from 1 @param gradient_scale multiplies every gradient first (clipping)
  virtual void update(std::uint64_t step, double learning_rate, double gradient_scale) = 0;

  /// The state slice in host memory, to be saved; or to be written to and then put in place by take_state(). Valid
  /// until the next step.
  [[nodiscard]] virtual StateSlice state() = 0;
  /// Collective: what state() gave has been written to; everyone gets all parameters.
  virtual void take_state() = 0;
  /// Collective: the parameters as float. @param flat of the model's size, without padding
  virtual void copy_parameters(std::span<float> flat) = 0;
  /// FLOP/s of the fastest matrix product on what this computes with; 0 if not measured.
  [[nodiscard]] virtual double peak() const = 0;

 protected:
  TrainingEngine() = default;
};

}  // namespace genloss::workers
