#include "workers/sampling/activations.hpp"

#include <array>
#include <numeric>

#include "workers/sampling/kv_cache.hpp"

namespace genloss::workers {

Activations::Activations(const Architecture& a) {
  const std::array<Rows*, 6> blocks{&residual, &normal, &query_key_value, &attended, &hidden, &logits};
  // A head's attention is written in whole vectors: the last head of a row needs room beyond its end.
  const std::array<int, 6> strides{PackedMatrix::stride_for(a.width),
                                   PackedMatrix::stride_for(a.width),
                                   PackedMatrix::stride_for((a.heads + 2 * a.kv_heads) * a.head_size),
                                   PackedMatrix::stride_for(a.heads * a.head_size + KvCache::block),
                                   PackedMatrix::stride_for(a.feed_forward),
                                   PackedMatrix::stride_for(a.vocabulary)};
  const auto row = static_cast<std::size_t>(std::accumulate(strides.begin(), strides.end(), 0));
  floats = AlignedFloats(tokens * row + static_cast<std::size_t>(KvCache::padded(a.context)));
  float* next = floats.data();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    *blocks[i] = {next, strides[i]};
    next += static_cast<std::ptrdiff_t>(tokens) * strides[i];
  }
  attention_scores = next;
}

}  // namespace genloss::workers
