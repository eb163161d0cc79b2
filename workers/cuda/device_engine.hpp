#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "comms/communicator.hpp"
#include "comms/lanes/device_queue.hpp"
#include "jobs/study_spec.hpp"
#include "workers/cuda/device_optimizer.hpp"
#include "workers/cuda/device_reduction.hpp"
#include "workers/cuda/gradient_tap.hpp"
#include "workers/cuda/torch_device.hpp"
#include "workers/network/network.hpp"
#include "workers/training/training_engine.hpp"

namespace genloss::workers::cuda {

/// Steps by LibTorch's operators and its automatic differentiation, on one device per rank. Parameters lie in one flat
/// buffer, as float or (training.precision = bf16) as bfloat16 with a float master of this rank's slice; gradients are
/// added and reduced as float.
class DeviceEngine final : public TrainingEngine {
 public:
  /// @param queue for bulk data @param ranks for the rest; both outlive this
  /// @param network one with a TensorLoss
  DeviceEngine(const jobs::TrainingSection& training, const Network& network, std::span<const float> start,
               TorchDevice device, comms::DeviceQueue& queue, comms::Communicator& ranks);

  [[nodiscard]] comms::LaneRange my_lanes() const override { return reduction_->my_lanes(); }
  void begin_step() override;
  void run_lane(int lane, const LaneGroup& group) override;
  void losses(std::span<double> by_lane) override;
  [[nodiscard]] double measure(std::span<const std::byte> units) override;
  [[nodiscard]] double reduce() override;
  void update(std::uint64_t step, double learning_rate, double gradient_scale) override;
  [[nodiscard]] StateSlice state() override;
  void take_state() override;
  void copy_parameters(std::span<float> flat) override;
  [[nodiscard]] double peak() const override { return 0; }

 private:
  /// Host memory of one vector of the state.
  struct Staged {
    std::shared_ptr<std::byte> memory;
    std::span<float> values;
  };
  void take_group(int lane, const LaneGroup& group);
  void run_micro_batches();
  [[nodiscard]] at::Tensor backward(const at::Tensor& units, const at::Tensor& weights);
  [[nodiscard]] Staged staged() const;
  void share_parameters(std::string_view what);
  [[nodiscard]] bool has_master() const { return parameters_.scalar_type() != at::kFloat; }
  [[nodiscard]] at::Tensor slice_of(const at::Tensor& flat) const;

  TorchDevice device_;
  comms::DeviceQueue& queue_;
  comms::Communicator& ranks_;
  const ParameterLayout layout_;
  at::Tensor parameters_;          // flat, padded so that slices are whole norm blocks
  std::vector<at::Tensor> views_;  // of each parameter
  std::unique_ptr<TensorLoss> loss_;
  std::int64_t unit_bytes_;
  std::unique_ptr<DeviceReduction> reduction_;
  std::unique_ptr<DeviceOptimizer> optimizer_;
  std::unique_ptr<GradientTap> tap_;
  at::Tensor losses_;  // double [lanes]
  at::Tensor gradient_;
  // One lane's forward and backward pass, and what it reads and writes.
  std::function<void()> pass_;
  at::Tensor units_, weights_, scale_, lane_loss_;  // uint8 [rows, unit]; float [rows], if any; float; double
  std::int64_t micro_batch_ = 0;
  double scale_value_ = 0;
  std::vector<std::shared_ptr<std::byte>> lane_staging_;  // units and weights of each of my lanes
  bool first_micro_batch_ = true, last_micro_batch_ = true;
  std::vector<Staged> staging_;  // parameters, first moment, second moment
};

}  // namespace genloss::workers::cuda
