#pragma once
// Causal softmax attention over whole sequences, with the probabilities made again in the backward pass instead of
// kept (Dao et al. 2022), and grouped queries (Ainslie et al. 2023). In parallel over (sequence, key/value head).

#include <span>

#include "workers/numerics/matrix.hpp"

namespace genloss::workers::numerics {

struct AttentionShape {
  std::size_t length = 0;  ///< tokens per sequence
  std::size_t heads = 0, kv_heads = 0, head_size = 0;
  [[nodiscard]] std::size_t queries() const { return heads * head_size; }
  [[nodiscard]] std::size_t columns() const { return (heads + 2 * kv_heads) * head_size; }
};

/// @param qkv [sequences * length, columns()]: queries of all heads, then keys, then values
/// @param out [sequences * length, queries()]
/// @param log_sums [sequences * heads * length]: log of the sum of exponentials of each query, for the backward pass
void attention(const AttentionShape& shape, const ConstMatrix& qkv, const Matrix& out, std::span<float> log_sums);

/// @param d_out gradient of out @param d_qkv overwritten with the gradient of qkv
void attention_backward(const AttentionShape& shape, const ConstMatrix& qkv, const ConstMatrix& out,
                        std::span<const float> log_sums, const ConstMatrix& d_out, const Matrix& d_qkv);

}  // namespace genloss::workers::numerics
