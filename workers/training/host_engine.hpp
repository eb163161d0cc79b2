#pragma once
#include <memory>
#include <vector>

#include "comms/communicator.hpp"
#include "jobs/study_spec.hpp"
#include "workers/network/network.hpp"
#include "workers/numerics/aligned_floats.hpp"
#include "workers/training/flat_optimizer.hpp"
#include "workers/training/gradient_exchange.hpp"
#include "workers/training/training_engine.hpp"

namespace genloss::workers {

/// Steps on the host's cores, by the network's pass for these.
class HostEngine final : public TrainingEngine {
 public:
  /// @param start parameters to begin with @param ranks outlives this
  HostEngine(const jobs::TrainingSection& training, const Network& network, std::span<const float> start,
             comms::Communicator& ranks);

  [[nodiscard]] comms::LaneRange my_lanes() const override { return exchange_->my_lanes(); }
  void begin_step() override { prepare(); }
  void run_lane(int lane, const LaneGroup& group) override;
  void losses(std::span<double> by_lane) override;
  [[nodiscard]] double measure(std::span<const std::byte> units) override;
  [[nodiscard]] double reduce() override;
  void update(std::uint64_t step, double learning_rate, double gradient_scale) override;
  [[nodiscard]] StateSlice state() override;
  void take_state() override;
  void copy_parameters(std::span<float> flat) override;
  [[nodiscard]] double peak() const override;

 private:
  void prepare();
  void share_parameters(std::string_view what);

  comms::Communicator& ranks_;
  const ParameterLayout layout_;
  numerics::AlignedFloats parameters_;  // padded so that slices are whole norm blocks
  std::unique_ptr<GradientExchange> exchange_;
  std::size_t slice_begin_, slice_size_;
  FlatOptimizer optimizer_;
  std::unique_ptr<LanePass> pass_;
  bool prepared_ = false;  // for the parameters as they are
  std::vector<double> losses_;
  std::span<float> gradient_;
};

}  // namespace genloss::workers
