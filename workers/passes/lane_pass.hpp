#pragma once
// Loss and gradient of lanes: the part of a step that one rank computes alone.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

/// Takes the finished gradient of the parameter at `offset` of the flat buffer; once per parameter and group. The
/// values are gone when it returns.
using GradientSink = std::function<void(std::size_t offset, std::span<const float> gradient)>;

/// Neighbouring lanes that are computed together: the bits are those of one lane after the other.
struct LaneGroup {
  std::size_t lanes = 1;        ///< a power of two, 64 at most
  std::size_t rows = 1;         ///< sequences per lane
  std::size_t micro_batch = 1;  ///< sequences per forward pass; a divisor of rows, and rows itself if lanes > 1
  /// int32 [lanes, rows, context + 1]: tokens and, one further, their targets; marked ones (passage.hpp) are none
  std::span<const std::int32_t> windows;
  double scale = 1;  ///< what the gradient of one token's loss is multiplied by (1 / tokens of the step)
  /// [lanes, rows]: of each sequence in the loss, on top of `scale`; empty: 1 each
  std::span<const double> weights = {};
};

class LanePass {
 public:
  virtual ~LanePass() = default;
  /// To be called after the parameters have changed, before the next run.
  virtual void prepare() = 0;
  /// Forward and backward. The gradients of the lanes are added by the tree of comms::LaneReduction.
  /// @param losses per lane: sum over its sequences of weight x sum of the losses (nats) of their tokens
  virtual void run(const LaneGroup& group, const GradientSink& sink, std::span<double> losses) = 0;
};

/// By LibTorch's operators and its automatic differentiation: the reference. One lane at a time.
/// @param flat the parameters @param truncated as training.truncated: tokens that the model gives a probability above
/// it have no loss (loss-side truncation: Shabgahi et al. 2025, TCE); 0: all have
[[nodiscard]] std::unique_ptr<LanePass> make_autograd_pass(const Architecture& architecture, float* flat,
                                                           double truncated = 0);

/// By hand: the products in tiles with what follows them fused, over buffers allocated once.
[[nodiscard]] std::unique_ptr<LanePass> make_fused_pass(const Architecture& architecture, const float* flat,
                                                        double truncated = 0);

}  // namespace genloss::workers
