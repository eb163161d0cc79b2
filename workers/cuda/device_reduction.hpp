#pragma once
// From lane gradients on many devices to one slice of the summed gradient per device.

#include <memory>

#include <ATen/core/Tensor.h>

#include "comms/lanes/device_queue.hpp"
#include "comms/lanes/lane_plan.hpp"
#include "jobs/study_spec.hpp"
#include "workers/network/parameters.hpp"

namespace genloss::workers::cuda {

class DeviceReduction {
 public:
  virtual ~DeviceReduction() = default;
  DeviceReduction(const DeviceReduction&) = delete;
  DeviceReduction& operator=(const DeviceReduction&) = delete;

  [[nodiscard]] virtual comms::LaneRange my_lanes() const = 0;
  virtual void begin_lane(int lane) = 0;
  /// Gradient of the lane's parameter number `parameter`, from one micro-batch; those of a lane are added in the order
  /// in which they come. Every parameter is given once per micro-batch. @param first, last of the lane's micro-batches
  virtual void take(std::size_t parameter, const at::Tensor& gradient, bool first, bool last) = 0;
  virtual void end_lane() = 0;
  /// Whether take() does for `lane` what it does for any other, to the same memory: then a captured pass may call it.
  [[nodiscard]] virtual bool takes_alike(int lane) const = 0;
  /// Collective. This rank's slice of the sum over all lanes, float [count / ranks], on the device; the caller's to
  /// change until the next begin_lane().
  [[nodiscard]] virtual at::Tensor finish() = 0;

 protected:
  DeviceReduction() = default;
};

/// The fixed tree: bits do not depend on the number of ranks. On the host they are those of comms::LaneReduction.
/// @param count elements of a lane, padding included: a multiple of the ranks @param queue outlives it
[[nodiscard]] std::unique_ptr<DeviceReduction> make_tree_reduction(const ParameterLayout& layout, at::Device device,
                                                                   comms::DeviceQueue& queue, int lanes,
                                                                   std::size_t count);

/// Bytes of gradients that are reduced together. The first bucket is small, so that communication begins at once.
struct BucketSizes {
  std::size_t first = std::size_t{1} << 20, next = std::size_t{25} << 20;
};
/// Plain sums, all-reduced in buckets from the last parameter to the first while the backward pass goes on.
[[nodiscard]] std::unique_ptr<DeviceReduction> make_bucket_reduction(const ParameterLayout& layout, at::Device device,
                                                                     comms::DeviceQueue& queue, int lanes,
                                                                     std::size_t count, BucketSizes sizes = {});

/// `tensor`'s memory for a communicator.
[[nodiscard]] comms::Buffer buffer_of(const at::Tensor& tensor);

}  // namespace genloss::workers::cuda
