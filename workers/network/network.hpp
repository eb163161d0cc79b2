#pragma once
// What the trainer of lanes, its checkpoints and its sharded optimizer know of a network: its parameters, its unit of
// data, and its passes. Any network that says these is trained, saved and resumed alike (docs/extending.md).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "workers/network/lane_pass.hpp"
#include "workers/network/parameters.hpp"

namespace at {
class Tensor;
}

namespace genloss::workers {

/// What a mix' unit is to a network.
struct TrainingUnit {
  std::size_t bytes = 0;
  std::uint64_t values = 0;  ///< that a budget, a rate and a step's mean loss count it for: tokens, pixels, 1 for a row
};

/// The loss of units by LibTorch's operators, on the device where the parameters lie: automatic differentiation begins
/// here. The same operators for the same shapes, so that a device may capture them once.
class TensorLoss {
 public:
  virtual ~TensorLoss() = default;
  /// @param units uint8 [n, bytes of a unit] @param weights float [n]; undefined: 1 each
  /// @return float scalar: sum over units of weight x sum of the losses of its values, with a graph
  [[nodiscard]] virtual at::Tensor train(const at::Tensor& units, const at::Tensor& weights) const = 0;
  /// As LanePass::measure, without a graph.
  [[nodiscard]] virtual at::Tensor measure(const at::Tensor& units) const = 0;
};

class Network {
 public:
  virtual ~Network() = default;
  [[nodiscard]] virtual const ParameterLayout& layout() const = 0;
  [[nodiscard]] virtual TrainingUnit unit() const = 0;
  /// How many of a unit's values have a loss: reported losses are means over these.
  [[nodiscard]] virtual std::uint64_t targets(std::span<const std::byte> unit) const = 0;
  /// FLOPs of a training step per value.
  [[nodiscard]] virtual double training_flops() const = 0;
  /// What the loss is where it is not the plain one: "truncated at 0.9". For people and training.jsonl.
  [[nodiscard]] virtual std::string loss_is() const { return {}; }
  /// Steps on the host's cores. @param flat layout().flat_size() parameters that outlive the pass
  [[nodiscard]] virtual std::unique_ptr<LanePass> host_pass(const float* flat) const = 0;
  /// Null where it cannot be trained on a device. @param parameters in the order of the layout, of one type and device
  [[nodiscard]] virtual std::unique_ptr<TensorLoss> tensor_loss(std::vector<at::Tensor> parameters) const = 0;
};

}  // namespace genloss::workers
