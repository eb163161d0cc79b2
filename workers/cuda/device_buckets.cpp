#include <algorithm>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>

#include "workers/cuda/device_reduction.hpp"

namespace genloss::workers::cuda {
namespace {

constexpr std::string_view what = "gradient bucket";

/// One sum of all lanes of this rank; a bucket is a stretch of it that is reduced as soon as the last lane's last
/// backward pass has left it.
class DeviceBuckets final : public DeviceReduction {
 public:
  DeviceBuckets(const ParameterLayout& layout, at::Device device, comms::DeviceQueue& queue, int lanes,
                std::size_t count, BucketSizes sizes)
      : layout_(layout),
        queue_(queue),
        plan_(queue.rank(), queue.size(), lanes, count),
        sum_(at::zeros({static_cast<std::int64_t>(count)}, at::TensorOptions(at::kFloat).device(device))),
        bucket_of_(layout.parameters().size()) {
    cut(sizes);
  }

  [[nodiscard]] comms::LaneRange my_lanes() const override { return plan_.mine; }

  void begin_lane(int lane) override {
    last_lane_ = lane + 1 == plan_.mine.end;
    if (lane != plan_.mine.begin) return;
    sum_.zero_();
    next_ = 0;
    for (Bucket& bucket : buckets_) bucket.waits_for = bucket.parameters;
  }

  void take(std::size_t parameter, const at::Tensor& gradient, bool, bool last) override {
    const ParameterInfo& p = layout_.parameters()[parameter];
    const at::Tensor place =
        sum_.narrow(0, static_cast<std::int64_t>(p.offset), static_cast<std::int64_t>(p.count)).view(gradient.sizes());
    place.add_(gradient);
    if (!last_lane_ || !last || queue_.size() == 1) return;
    --buckets_[bucket_of_[parameter]].waits_for;
    // In one order on all ranks, whatever order gradients come in.
    for (; next_ < buckets_.size() && buckets_[next_].waits_for == 0; ++next_) {
      const Bucket& bucket = buckets_[next_];
      queue_.all_reduce(buffer_of(sum_.narrow(0, bucket.begin, bucket.end - bucket.begin)), comms::ReduceOp::sum, what);
    }
  }

  void end_lane() override {}
  [[nodiscard]] bool takes_alike(int lane) const override {
    return queue_.size() == 1 || lane + 1 != plan_.mine.end;  // a bucket is reduced out of the last lane's pass
  }

  [[nodiscard]] at::Tensor finish() override {
    queue_.join();
    const std::int64_t slice = sum_.size(0) / queue_.size();
    return sum_.narrow(0, queue_.rank() * slice, slice);
  }

 private:
  struct Bucket {
    std::int64_t begin = 0, end = 0;
    std::size_t parameters = 0, waits_for = 0;
  };
  /// From the last parameter to the first: the order in which gradients get complete.
  void cut(BucketSizes sizes) {
    std::int64_t end = static_cast<std::int64_t>(layout_.flat_size());
    for (std::size_t p = layout_.parameters().size(); p-- > 0;) {
      const auto begin = static_cast<std::int64_t>(layout_.parameters()[p].offset);
      const std::size_t limit = buckets_.size() <= 1 ? sizes.first : sizes.next;
      const bool fits =
          !buckets_.empty() && static_cast<std::size_t>(buckets_.back().end - begin) * sizeof(float) <= limit;
      if (!fits) buckets_.push_back({begin, end, 0, 0});
      buckets_.back().begin = end = begin;
      ++buckets_.back().parameters;
      bucket_of_[p] = buckets_.size() - 1;
    }
  }

  const ParameterLayout& layout_;
  comms::DeviceQueue& queue_;
  comms::LanePlan plan_;
  at::Tensor sum_;
  std::vector<std::size_t> bucket_of_;
  std::vector<Bucket> buckets_;
  std::size_t next_ = 0;
  bool last_lane_ = true;
};

}  // namespace

std::unique_ptr<DeviceReduction> make_bucket_reduction(const ParameterLayout& layout, at::Device device,
                                                       comms::DeviceQueue& queue, int lanes, std::size_t count,
                                                       BucketSizes sizes) {
  return std::make_unique<DeviceBuckets>(layout, device, queue, lanes, count, sizes);
}

}  // namespace genloss::workers::cuda
