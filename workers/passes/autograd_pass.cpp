#include "workers/passes/autograd_pass.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/scalar_tensor.h>

#include <algorithm>

namespace genloss::workers {
namespace {

class AutogradPass : public LanePass {
 public:
  AutogradPass(const Network& network, float* flat)
      : layout_(network.layout()), unit_bytes_(static_cast<std::int64_t>(network.unit().bytes)) {
    for (const ParameterInfo& p : layout_.parameters()) {
      parameters_.push_back(at::from_blob(flat + p.offset, p.shape, at::kFloat).requires_grad_());
    }
    loss_ = network.tensor_loss(parameters_);
  }

  void prepare() override {}

  void run(const LaneGroup& group, const GradientSink& sink, std::span<double> losses) override {
    const auto rows = static_cast<std::int64_t>(group.rows), step = static_cast<std::int64_t>(group.micro_batch);
    const at::Tensor all = tensor_of(group.units);
    losses[0] = 0;
    for (std::int64_t first = 0; first < rows; first += step) {
      const std::int64_t count = std::min(step, rows - first);
      const at::Tensor loss = loss_->train(all.narrow(0, first, count), weights_of(group, first, count));
      loss.backward(at::scalar_tensor(group.scale, at::kFloat));
      losses[0] += loss.item<double>();
    }
    hand_over(sink);
  }

  [[nodiscard]] double measure(std::span<const std::byte> units) override {
    return loss_->measure(tensor_of(units)).item<double>();
  }

 private:
  [[nodiscard]] at::Tensor tensor_of(std::span<const std::byte> units) const {
    // from_blob takes no const; nothing is written.
    auto* const data = const_cast<std::byte*>(units.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    return at::from_blob(data, {static_cast<std::int64_t>(units.size()) / unit_bytes_, unit_bytes_}, at::kByte);
  }
  static at::Tensor weights_of(const LaneGroup& group, std::int64_t first, std::int64_t count) {
    if (group.weights.empty()) return {};
    at::Tensor weights = at::empty({count}, at::kFloat);
    for (std::int64_t i = 0; i < count; ++i) {
      weights.data_ptr<float>()[i] = static_cast<float>(group.weights[static_cast<std::size_t>(first + i)]);
    }
    return weights;
  }
  /// Gradients were left undefined before the pass, so autograd handed its buffers over without a copy.
  void hand_over(const GradientSink& sink) {
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      at::Tensor& gradient = parameters_[i].mutable_grad();
      const at::Tensor dense = gradient.contiguous();
      sink(layout_.parameters()[i].offset, {dense.data_ptr<float>(), layout_.parameters()[i].count});
      gradient.reset();
    }
  }

  ParameterLayout layout_;
  std::int64_t unit_bytes_;
  std::vector<at::Tensor> parameters_;
  std::unique_ptr<TensorLoss> loss_;
};

}  // namespace

std::unique_ptr<LanePass> make_autograd_pass(const Network& network, float* flat) {
  return std::make_unique<AutogradPass>(network, flat);
}

}  // namespace genloss::workers
