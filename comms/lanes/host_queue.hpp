#pragma once
#include "comms/lanes/device_queue.hpp"

namespace genloss::comms {

/// The device is the host: operations are done when the call returns, by a communicator of host memory.
class HostQueue final : public DeviceQueue {
 public:
  explicit HostQueue(Communicator& ranks) : ranks_(ranks) {}

  [[nodiscard]] int rank() const noexcept override { return ranks_.rank(); }
  [[nodiscard]] int size() const noexcept override { return ranks_.size(); }
  void all_reduce(Buffer data, ReduceOp op, std::string_view what) override { ranks_.all_reduce(data, op, what); }
  void all_gather(ConstBuffer in, Buffer out, std::string_view what) override { ranks_.all_gather(in, out, what); }
  void all_to_all(ConstBuffer in, Buffer out, std::string_view what) override { ranks_.all_to_all(in, out, what); }
  void join() override {}
  void finish(std::string_view) override {}
  [[nodiscard]] std::shared_ptr<std::byte> staging(std::size_t bytes) override;
  void copy_to_host(std::byte* host, const void* device, std::size_t bytes) override;
  void copy_to_device(void* device, const std::byte* host, std::size_t bytes) override;

 private:
  Communicator& ranks_;
};

}  // namespace genloss::comms
