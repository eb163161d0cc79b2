#pragma once
// A transformer's weights in the form that decoding reads them.

#include <optional>
#include <vector>

#include "workers/numerics/packed_matrix.hpp"
#include "workers/numerics/rotary.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::workers {

struct NormWeights {
  numerics::AlignedFloats weight, bias;  ///< bias is empty for RMSNorm
  [[nodiscard]] const float* bias_or_null() const noexcept { return bias.data(); }
};

struct PackedLayer {
  NormWeights before_attention, before_feed_forward;
  numerics::PackedMatrix query_key_value;  ///< columns: all query heads, all key heads, all value heads
  numerics::PackedMatrix attention_out, feed_forward_in, feed_forward_out;
};

/// Immutable once made; one may serve several decoders.
class PackedModel {
 public:
  explicit PackedModel(const Weights& weights);

  [[nodiscard]] const Architecture& architecture() const noexcept { return architecture_; }
  [[nodiscard]] const PackedLayer& layer(int i) const noexcept { return layers_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] const NormWeights& last_norm() const noexcept { return last_norm_; }
  [[nodiscard]] const numerics::PackedMatrix& head() const noexcept { return head_; }
  /// out[width] = embedding of `token`, plus that of `position` where positions are learned.
  void embed(int token, int position, float* out) const noexcept;
  /// Rotates `heads` vectors of head_size in place by `position`; nothing where positions are learned. Half-split form:
  /// pair i is (x[i], x[i + head_size / 2]) (formats.md 4.3; Su et al. 2021, eq. 34).
  void rotate(float* vectors, int heads, int position) const;

 private:
  void pack_gpt2(const Weights& weights);
  void pack_llama(const Weights& weights);

  Architecture architecture_;
  std::vector<PackedLayer> layers_;
  NormWeights last_norm_;
  numerics::PackedMatrix head_;
  numerics::AlignedFloats token_table_, position_table_;
  std::optional<numerics::Rotary> rotary_;
};

}  // namespace genloss::workers
