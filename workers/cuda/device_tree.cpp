#include <algorithm>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "workers/cuda/device_reduction.hpp"

namespace genloss::workers::cuda {
namespace {

constexpr std::string_view tree_slices = "gradient slices";

/// comms::LaneReduction with the values on a device; both follow comms::LanePlan. Elements between parameters are zero
/// from the beginning and stay so.
class DeviceTree final : public DeviceReduction {
 public:
  DeviceTree(const ParameterLayout& layout, at::Device device, comms::DeviceQueue& queue, int lanes, std::size_t count)
      : layout_(layout),
        options_(at::TensorOptions(at::kFloat).device(device)),
        queue_(queue),
        count_(static_cast<std::int64_t>(count)),
        plan_(queue.rank(), queue.size(), lanes, count),
        gradient_(at::zeros({count_}, options_)) {}

  [[nodiscard]] comms::LaneRange my_lanes() const override { return plan_.mine; }

  void begin_lane(int lane) override {
    if (lane == plan_.mine.begin) {
      std::ranges::move(stack_, std::back_inserter(spare_));
      stack_.clear();
      subtrees_.clear();
    }
    lane_ = lane;
  }

  void take(std::size_t parameter, const at::Tensor& gradient, bool first, bool) override {
    const ParameterInfo& p = layout_.parameters()[parameter];
    const at::Tensor place =
        gradient_.narrow(0, static_cast<std::int64_t>(p.offset), static_cast<std::int64_t>(p.count))
            .view(gradient.sizes());
    if (first) {
      place.copy_(gradient);
    } else {
      place.add_(gradient);
    }
  }

  void end_lane() override {
    std::size_t closes = subtrees_.closed_by(lane_);
    if (closes == 0) {
      push(gradient_);
    } else {
      stack_.back().add_(gradient_);
      --closes;
    }
    for (; closes > 0; --closes) {
      const at::Tensor right = stack_.back();
      stack_.pop_back();
      stack_.back().add_(right);
      spare_.push_back(right);
    }
    subtrees_.add(lane_);
  }

  [[nodiscard]] bool takes_alike(int) const override { return true; }

  [[nodiscard]] at::Tensor finish() override {
    if (queue_.size() == 1) return stack_.front();
    for (std::size_t n = received_.size(); n < static_cast<std::size_t>(plan_.exchanges); ++n) {
      received_.push_back(at::zeros({count_}, options_));
    }
    for (std::size_t n = 0; n < received_.size(); ++n) {
      // A rank with fewer subtrees than others sends its last one again; nobody looks at it.
      queue_.all_to_all(buffer_of(stack_[std::min(n, stack_.size() - 1)]), buffer_of(received_[n]), tree_slices);
    }
    queue_.join();
    for (const comms::LanePlan::Sum& sum : plan_.sums) slice_at(sum.left).add_(slice_at(sum.right));
    return slice_at(0);
  }

 private:
  void push(const at::Tensor& subtree) {
    if (spare_.empty()) spare_.push_back(at::empty({count_}, options_));
    stack_.push_back(std::move(spare_.back()));
    spare_.pop_back();
    stack_.back().copy_(subtree);
  }
  [[nodiscard]] at::Tensor slice_at(std::size_t place) const {
    const std::int64_t slice = count_ / queue_.size();
    return received_[static_cast<std::size_t>(plan_.places[place].exchange)].narrow(0, plan_.places[place].rank * slice,
                                                                                    slice);
  }

  const ParameterLayout& layout_;
  at::TensorOptions options_;
  comms::DeviceQueue& queue_;
  std::int64_t count_;
  comms::LanePlan plan_;
  comms::SubtreeStack subtrees_;
  at::Tensor gradient_;  // of the lane at hand
  std::vector<at::Tensor> stack_, spare_, received_;
  int lane_ = 0;
};

}  // namespace

std::unique_ptr<DeviceReduction> make_tree_reduction(const ParameterLayout& layout, at::Device device,
                                                     comms::DeviceQueue& queue, int lanes, std::size_t count) {
  return std::make_unique<DeviceTree>(layout, device, queue, lanes, count);
}

comms::Buffer buffer_of(const at::Tensor& tensor) {
  if (tensor.scalar_type() == at::kFloat) {
    return {tensor.data_ptr(), static_cast<std::size_t>(tensor.numel()), comms::DType::f32};
  }
  return {tensor.data_ptr(), tensor.nbytes(), comms::DType::u8};
}

}  // namespace genloss::workers::cuda
