#pragma once
// The full forward pass, for scoring and as the reference of the trainer's own passes. LibTorch operations only.

#include <optional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "workers/transformer/architecture.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::workers {

/// Angles of the rotary positions: cosines and sines, float [T, head_size / 2] each.
struct RotaryTable {
  at::Tensor cosines, sines;
};
[[nodiscard]] RotaryTable rotary_table(const Architecture& architecture, std::int64_t positions);

/// A model's parameters as tensors that share the memory of a flat buffer, in the order of ParameterLayout.
struct TensorViews {
  Architecture architecture;
  std::vector<at::Tensor> parameters;
  /// For all positions of the context, of the parameters' type and device; without, each pass computes it on the host.
  std::optional<RotaryTable> rotary = {};
};
/// @param flat at least layout.flat_size() floats that outlive the views
/// @param differentiable whether the tensors are leaves that ask for gradients
[[nodiscard]] TensorViews view(const Architecture& architecture, const ParameterLayout& layout, float* flat,
                               bool differentiable);

/// @param tokens int64 [B, T], T <= context @return float [B, T, vocabulary], with a graph if the views ask for
/// gradients. Pre-norm residual blocks: Radford et al. 2019 (GPT-2); Touvron et al. 2023 (Llama), rotary positions of
/// Su et al. 2021 in half-split form.
[[nodiscard]] at::Tensor logits(const TensorViews& model, const at::Tensor& tokens);
/// The same without a graph. The weights are only read.
[[nodiscard]] at::Tensor logits(const Weights& weights, const at::Tensor& tokens);

/// Windows as they are stored (int64, workers/text/passage.hpp) -> the tokens that are read.
[[nodiscard]] at::Tensor inputs_of(const at::Tensor& windows);
/// Sum of the cross-entropies (nats) of the windows' targets; those marked as none count nothing.
/// @param scores [rows * T, vocabulary] @param windows int64 [rows, T]
/// @param weights float [rows]: of each row's sum; undefined: 1
/// @param truncated > 0: targets of a probability above it count nothing either
[[nodiscard]] at::Tensor summed_loss(const at::Tensor& scores, const at::Tensor& windows, const at::Tensor& weights,
                                     double truncated);

}  // namespace genloss::workers
