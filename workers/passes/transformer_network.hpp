#pragma once
#include "workers/network/network.hpp"
#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

/// A transformer as the trainer sees it. A unit is a window: int32 [context + 1] (make_fused_pass).
class TransformerNetwork final : public Network {
 public:
  /// @param truncated as of make_fused_pass
  explicit TransformerNetwork(const Architecture& architecture, double truncated = 0)
      : a_(architecture), layout_(parameter_layout(architecture)), truncated_(truncated) {}
  [[nodiscard]] const ParameterLayout& layout() const override { return layout_; }
  [[nodiscard]] TrainingUnit unit() const override {
    return {static_cast<std::size_t>(a_.context + 1) * sizeof(std::int32_t), static_cast<std::uint64_t>(a_.context)};
  }
  [[nodiscard]] std::uint64_t targets(std::span<const std::byte> unit) const override;
  [[nodiscard]] double training_flops() const override { return training_flops_per_token(a_); }
  [[nodiscard]] std::string loss_is() const override;
  [[nodiscard]] std::unique_ptr<LanePass> host_pass(const float* flat) const override;
  [[nodiscard]] std::unique_ptr<TensorLoss> tensor_loss(std::vector<at::Tensor> parameters) const override;

 private:
  Architecture a_;
  ParameterLayout layout_;
  double truncated_;
};

/// The tokens that the bytes of windows are.
[[nodiscard]] std::span<const std::int32_t> tokens_of(std::span<const std::byte> windows);

}  // namespace genloss::workers
