#pragma once
#include <functional>

#include "comms/lanes/device_queue.hpp"
#include "comms/nccl/nccl_communicator.hpp"

namespace genloss::comms::nccl {

/// Collectives beside the computation of one rank's GPU: each waits (on the device) for what the computing stream was
/// given before it.
class NcclQueue final : public DeviceQueue {
 public:
  /// @param ranks outlives this @param computing the stream that the calling thread computes on now
  NcclQueue(NcclCommunicator& ranks, std::function<cudaStream_t()> computing)
      : ranks_(ranks), computing_(std::move(computing)) {}

  [[nodiscard]] int rank() const noexcept override { return ranks_.rank(); }
  [[nodiscard]] int size() const noexcept override { return ranks_.size(); }
  void all_reduce(Buffer data, ReduceOp op, std::string_view what) override;
  void all_gather(ConstBuffer in, Buffer out, std::string_view what) override;
  void all_to_all(ConstBuffer in, Buffer out, std::string_view what) override;
  void join() override;
  void finish(std::string_view what) override;
  [[nodiscard]] std::shared_ptr<std::byte> staging(std::size_t bytes) override { return pinned_memory(bytes); }
  void copy_to_host(std::byte* host, const void* device, std::size_t bytes) override;
  void copy_to_device(void* device, const std::byte* host, std::size_t bytes) override;

 private:
  void after_computation();

  NcclCommunicator& ranks_;
  std::function<cudaStream_t()> computing_;
  Event before_, after_, done_;
};

}  // namespace genloss::comms::nccl
