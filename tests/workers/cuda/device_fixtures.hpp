#pragma once
// The engine for GPUs with the host as its device: over NCCL's double, or over any communicator of host memory.

#include <memory>

#include "comms/lanes/host_queue.hpp"
#include "comms/nccl/nccl_queue.hpp"
#include "tests/comms/nccl/nccl_fixture.hpp"
#include "tests/workers/training/training_fixtures.hpp"
#include "workers/cuda/device_decoder.hpp"
#include "workers/cuda/device_engine.hpp"

namespace genloss::tests {

class DeviceOnHost : public workers::Accelerator {
 public:
  explicit DeviceOnHost(comms::DeviceQueue& queue, workers::cuda::TorchDevice device = {})
      : queue_(queue), device_(std::move(device)) {}
  [[nodiscard]] std::string description() const override { return "the host as a device"; }
  [[nodiscard]] std::unique_ptr<workers::TrainingEngine> training_engine(const jobs::TrainingSection& training,
                                                                         const workers::Network& network,
                                                                         std::span<const float> start,
                                                                         comms::Communicator& ranks) override {
    return std::make_unique<workers::cuda::DeviceEngine>(training, network, start, device_, queue_, ranks);
  }
  [[nodiscard]] std::unique_ptr<workers::TokenDecoder> decoder(const workers::Weights& weights, int rows) override {
    return std::make_unique<workers::cuda::DeviceDecoder>(weights, device_, rows);
  }

 private:
  comms::DeviceQueue& queue_;
  workers::cuda::TorchDevice device_;
};

/// A training of `a` whose bulk data goes by `queue`.
inline Training train_on(comms::DeviceQueue& queue, comms::Communicator& ranks, const jobs::StudySpec& spec,
                         const workers::Architecture& a, const std::filesystem::path& folder,
                         std::uint64_t stop_after = 0, const workers::cuda::TorchDevice& torch = {},
                         const std::vector<double>& weights = {1}) {
  DeviceOnHost device(queue, torch);
  return train(spec, a, ranks, folder, stop_after, {}, 1, &device, weights);
}

/// What one rank alone makes of the same study on the same device.
inline Training train_on_alone(const jobs::StudySpec& spec, const workers::Architecture& a,
                               const std::vector<double>& weights = {1}) {
  const TemporaryFolder folder;
  const auto self = comms::make_self();
  comms::HostQueue queue(*self);
  return train_on(queue, *self, spec, a, folder.path(), 0, {}, weights);
}

}  // namespace genloss::tests
