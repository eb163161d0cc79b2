#pragma once
// Loss and gradient of lanes: the part of a step that one rank computes alone.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace genloss::workers {

/// Takes the finished gradient of the parameter at `offset` of the flat buffer; once per parameter and group. The
/// values are gone when it returns.
using GradientSink = std::function<void(std::size_t offset, std::span<const float> gradient)>;

/// Neighbouring lanes that are computed together: the bits are those of one lane after the other.
struct LaneGroup {
  std::size_t lanes = 1;        ///< a power of two, 64 at most
  std::size_t rows = 1;         ///< units per lane
  std::size_t micro_batch = 1;  ///< units per forward pass; a divisor of rows, and rows itself if lanes > 1
  /// [lanes, rows] units of the mix, one after the other, aligned for what they hold
  std::span<const std::byte> units;
  double scale = 1;  ///< what the gradient of one value's loss is multiplied by (1 / values of the step)
  /// [lanes, rows]: of each unit in the loss, on top of `scale`; empty: 1 each
  std::span<const double> weights = {};
  /// Of the first unit in the order of training; the others follow. What a network draws for a unit is keyed by its
  /// position: equal at any number of ranks, and in a training that is resumed.
  std::uint64_t position = 0;
};

class LanePass {
 public:
  virtual ~LanePass() = default;
  /// To be called after the parameters have changed, before the next run or measure.
  virtual void prepare() = 0;
  /// Forward and backward. The gradients of the lanes are added by the tree of comms::LaneReduction.
  /// @param losses per lane: sum over its units of weight x sum of the losses (nats) of their values
  virtual void run(const LaneGroup& group, const GradientSink& sink, std::span<double> losses) = 0;
  /// Forward alone: the sum of the losses of `units`, as they are measured and not as they are trained on (no weights,
  /// no truncation). A function of the parameters and of these units.
  [[nodiscard]] virtual double measure(std::span<const std::byte> units) = 0;
};

}  // namespace genloss::workers
