#pragma once
// Collectives over the memory of a compute device. Calls only queue: an operation runs after what the device was given
// before it, beside what the device is given next, until join() orders the two again.

#include <cstddef>
#include <memory>
#include <string_view>

#include "comms/buffer.hpp"
#include "comms/communicator.hpp"

namespace genloss::comms {

/// Two implementations: HostQueue (the device is the host: everything happens at once) and nccl::NcclQueue. Buffers
/// stay alive and untouched until the join() after. From one thread at a time, in the same order on all ranks.
class DeviceQueue {
 public:
  virtual ~DeviceQueue() = default;
  DeviceQueue(const DeviceQueue&) = delete;
  DeviceQueue& operator=(const DeviceQueue&) = delete;

  [[nodiscard]] virtual int rank() const noexcept = 0;
  [[nodiscard]] virtual int size() const noexcept = 0;

  /// In place; the order of a sum is the library's.
  virtual void all_reduce(Buffer data, ReduceOp op, std::string_view what) = 0;
  /// out.count == in.count * size(); `in` may be this rank's slot of `out`.
  virtual void all_gather(ConstBuffer in, Buffer out, std::string_view what) = 0;
  /// Block r of `in` goes to rank r, block s of `out` comes from rank s.
  virtual void all_to_all(ConstBuffer in, Buffer out, std::string_view what) = 0;

  /// What the device is given from now on sees the results of all of the above. The host does not wait.
  virtual void join() = 0;
  /// The host waits until the device has done what it was given, with the deadline and the errors of the communicator;
  /// operations that were not joined are not waited for.
  virtual void finish(std::string_view what) = 0;

  /// Host memory that a device copies from and to at full speed (page-locked where that means something).
  [[nodiscard]] virtual std::shared_ptr<std::byte> staging(std::size_t bytes) = 0;
  /// Queued behind what the device was given; `host` is staging memory.
  virtual void copy_to_host(std::byte* host, const void* device, std::size_t bytes) = 0;
  virtual void copy_to_device(void* device, const std::byte* host, std::size_t bytes) = 0;

 protected:
  DeviceQueue() = default;
};

}  // namespace genloss::comms
