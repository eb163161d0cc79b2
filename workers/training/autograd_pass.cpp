#include <torch/torch.h>

#include "workers/training/lane_pass.hpp"
#include "workers/transformer/forward.hpp"

namespace genloss::workers {
namespace {

class AutogradPass : public LanePass {
 public:
  AutogradPass(const Architecture& architecture, const ParameterLayout& layout, float* flat)
      : layout_(layout), model_(view(architecture, layout, flat, true)) {}

  double run(std::span<const std::int32_t> windows, int rows, int micro_batch, double scale,
             const GradientSink& sink) override {
    const std::int64_t width = model_.architecture.context + 1;
    // from_blob takes no const; the copy to int64 is the only use.
    auto* const data = const_cast<std::int32_t*>(windows.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    const at::Tensor all = at::from_blob(data, {rows, width}, at::kInt).to(at::kLong);
    double loss = 0;
    for (int first = 0; first < rows; first += micro_batch) {
      const at::Tensor part = all.narrow(0, first, std::min(micro_batch, rows - first));
      loss += add_gradient(part, scale);
    }
    hand_over(sink);
    return loss;
  }

 private:
  double add_gradient(const at::Tensor& windows, double scale) {
    const std::int64_t length = windows.size(1) - 1;
    const at::Tensor scores = logits(model_, windows.narrow(1, 0, length)).flatten(0, 1);
    const at::Tensor loss =
        at::cross_entropy_loss(scores, windows.narrow(1, 1, length).reshape({-1}), {}, at::Reduction::Sum);
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

  const ParameterLayout& layout_;
  TensorViews model_;
};

}  // namespace

std::unique_ptr<LanePass> make_autograd_pass(const Architecture& architecture, const ParameterLayout& layout,
                                             float* flat) {
  return std::make_unique<AutogradPass>(architecture, layout, flat);
}

}  // namespace genloss::workers
