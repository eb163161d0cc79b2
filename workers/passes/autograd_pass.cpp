#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/scalar_tensor.h>

#include "workers/passes/lane_pass.hpp"
#include "workers/transformer/forward.hpp"

namespace genloss::workers {
namespace {

class AutogradPass : public LanePass {
 public:
  AutogradPass(const Architecture& architecture, float* flat, double truncated)
      : layout_(architecture), model_(view(architecture, layout_, flat, true)), truncated_(truncated) {}

  void prepare() override {}

  void run(const LaneGroup& group, const GradientSink& sink, std::span<double> losses) override {
    const auto rows = static_cast<std::int64_t>(group.rows), step = static_cast<std::int64_t>(group.micro_batch);
    // from_blob takes no const; the copy to int64 is the only use.
    auto* const data =
        const_cast<std::int32_t*>(group.windows.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    const at::Tensor all = at::from_blob(data, {rows, model_.architecture.context + 1}, at::kInt).to(at::kLong);
    losses[0] = 0;
    for (std::int64_t first = 0; first < rows; first += step) {
      const std::int64_t count = std::min(step, rows - first);
      losses[0] += add_gradient(all.narrow(0, first, count), weights_of(group, first, count), group.scale);
    }
    hand_over(sink);
  }

 private:
  static at::Tensor weights_of(const LaneGroup& group, std::int64_t first, std::int64_t count) {
    if (group.weights.empty()) return {};
    at::Tensor weights = at::empty({count}, at::kFloat);
    for (std::int64_t i = 0; i < count; ++i) {
      weights.data_ptr<float>()[i] = static_cast<float>(group.weights[static_cast<std::size_t>(first + i)]);
    }
    return weights;
  }
  double add_gradient(const at::Tensor& windows, const at::Tensor& weights, double scale) {
    const std::int64_t length = windows.size(1) - 1;
    const at::Tensor scores = logits(model_, inputs_of(windows.narrow(1, 0, length))).flatten(0, 1);
    const at::Tensor loss = summed_loss(scores, windows.narrow(1, 1, length), weights, truncated_);
    loss.backward(at::scalar_tensor(scale, at::kFloat));
    return loss.item<double>();
  }
  /// Gradients were left undefined before the pass, so autograd handed its buffers over without a copy.
  void hand_over(const GradientSink& sink) {
    for (std::size_t i = 0; i < model_.parameters.size(); ++i) {
      at::Tensor& gradient = model_.parameters[i].mutable_grad();
      const at::Tensor dense = gradient.contiguous();
      sink(layout_.parameters()[i].offset, {dense.data_ptr<float>(), layout_.parameters()[i].count});
      gradient.reset();
    }
  }

  ParameterLayout layout_;
  TensorViews model_;
  double truncated_;
};

}  // namespace

std::unique_ptr<LanePass> make_autograd_pass(const Architecture& architecture, float* flat, double truncated) {
  return std::make_unique<AutogradPass>(architecture, flat, truncated);
}

}  // namespace genloss::workers
