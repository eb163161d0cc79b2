#pragma once
#include <vector>

#include "workers/cuda/torch_device.hpp"
#include "workers/sampling/token_decoder.hpp"
#include "workers/transformer/forward.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::workers::cuda {

/// Decoding by LibTorch's operators, as float. Every step has one shape: one token of each row, over the whole cache.
/// Kernels choose their way by shapes, so nothing a row is beside can change its bits; only its number and the number
/// of rows (sampling.batch) may. Who samples a shard alone, from its first sample on, gives every sample the same row.
class DeviceDecoder final : public TokenDecoder {
 public:
  DeviceDecoder(const Weights& weights, const TorchDevice& device, int rows);
  DeviceDecoder(const DeviceDecoder&) = delete;
  DeviceDecoder& operator=(const DeviceDecoder&) = delete;

  void forward(std::span<const DecodeToken> tokens, const LogitSink& sink) override;
  [[nodiscard]] int rows() const noexcept override { return rows_; }

 private:
  class Pass;
  /// Keys and values of one layer, float [rows, kv_heads, context, head_size].
  struct Cache {
    at::Tensor keys, values;
  };
  void check(const DecodeToken& token) const;
  /// @param ids, positions of every row @return logits float [rows, vocabulary], on the host
  [[nodiscard]] at::Tensor step(const std::vector<std::int64_t>& ids, const std::vector<std::int64_t>& positions);

  TorchDevice device_;
  int rows_;
  TensorViews model_;
  std::vector<Cache> caches_;
  at::Tensor places_;  // 0 .. context - 1
  // One step, and what it reads and writes: [rows], [rows], [rows, vocabulary].
  std::function<void()> pass_;
  at::Tensor ids_, positions_, logits_;
  std::vector<std::int64_t> next_;  // position after the last token of each row
};

}  // namespace genloss::workers::cuda
