#pragma once
// Loss and gradient of one lane: the part of a step that one rank computes alone.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

/// Takes the finished gradient of the parameter at `offset` of the flat buffer; once per parameter and lane.
using GradientSink = std::function<void(std::size_t offset, std::span<const float> gradient)>;

class LanePass {
 public:
  virtual ~LanePass() = default;
  /// Forward and backward over the lane's windows, `micro_batch` at a time and in order.
  /// @param windows int32 [rows, context + 1]: tokens and, one further, their targets
  /// @param scale what the gradient of one token's loss is multiplied by (1 / tokens of the step)
  /// @return sum of the losses (nats) of the lane's rows * context tokens
  [[nodiscard]] virtual double run(std::span<const std::int32_t> windows, int rows, int micro_batch, double scale,
                                   const GradientSink& sink) = 0;
};

/// By LibTorch's operators and its automatic differentiation: the reference.
/// @param flat the parameters, read at every run
[[nodiscard]] std::unique_ptr<LanePass> make_autograd_pass(const Architecture& architecture,
                                                           const ParameterLayout& layout, float* flat);

}  // namespace genloss::workers
