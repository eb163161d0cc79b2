#include "workers/passes/transformer_network.hpp"

#include <algorithm>
#include <utility>

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include "jobs/numbers.hpp"
#include "workers/passes/fused_pass.hpp"
#include "workers/text/passage.hpp"
#include "workers/transformer/forward.hpp"

namespace genloss::workers {
namespace {

class TransformerLoss final : public TensorLoss {
 public:
  TransformerLoss(const Architecture& a, std::vector<at::Tensor> parameters, double truncated)
      : model_{a, std::move(parameters)}, truncated_(truncated) {
    if (a.is_gpt2()) return;
    const RotaryTable table = rotary_table(a, a.context);
    const auto like = model_.parameters.front().options().requires_grad(false);
    model_.rotary = RotaryTable{table.cosines.to(like), table.sines.to(like)};
  }
  [[nodiscard]] at::Tensor train(const at::Tensor& units, const at::Tensor& weights) const override {
    return loss(units, weights, truncated_);
  }
  [[nodiscard]] at::Tensor measure(const at::Tensor& units) const override {
    const at::NoGradGuard no_graph;
    return loss(units, {}, 0);
  }

 private:
  [[nodiscard]] at::Tensor loss(const at::Tensor& units, const at::Tensor& weights, double truncated) const {
    const at::Tensor windows = units.view(at::kInt).to(at::kLong);
    const std::int64_t length = windows.size(1) - 1;
    const at::Tensor scores = logits(model_, inputs_of(windows.narrow(1, 0, length))).flatten(0, 1).to(at::kFloat);
    return summed_loss(scores, windows.narrow(1, 1, length), weights, truncated);
  }

  TensorViews model_;
  double truncated_;
};

}  // namespace

std::span<const std::int32_t> tokens_of(std::span<const std::byte> windows) {
  // They were stored as int32, at a multiple of its size from the beginning of a buffer of new[].
  return {reinterpret_cast<const std::int32_t*>(windows.data()), windows.size() / sizeof(std::int32_t)};  // NOLINT
}

std::uint64_t TransformerNetwork::targets(std::span<const std::byte> unit) const {
  const auto window = tokens_of(unit);
  return static_cast<std::uint64_t>(std::count_if(window.begin() + 1, window.end(), is_target));
}

std::string TransformerNetwork::loss_is() const {
  return truncated_ > 0 ? "truncated at " + significant_text(truncated_, 6) : "";
}

std::unique_ptr<LanePass> TransformerNetwork::host_pass(const float* flat) const {
  return make_fused_pass(a_, flat, truncated_);
}

std::unique_ptr<TensorLoss> TransformerNetwork::tensor_loss(std::vector<at::Tensor> parameters) const {
  return std::make_unique<TransformerLoss>(a_, std::move(parameters), truncated_);
}

}  // namespace genloss::workers
