#include "workers/sampling/activations.hpp"

#include <array>
#include <numeric>

#include "workers/sampling/kv_cache.hpp"

namespace genloss::workers {

Activations::Activations(const Architecture& a) {
  const std::array<numerics::Rows*, 6> blocks{&residual, &normal, &query_key_value, &attended, &hidden, &logits};
  const std::array<int, 6> strides{numerics::PackedMatrix::stride_for(a.width),
                                   numerics::PackedMatrix::stride_for(a.width),
                                   numerics::PackedMatrix::stride_for((a.heads + 2 * a.kv_heads) * a.head_size),
                                   numerics::PackedMatrix::stride_for(a.heads * a.head_size),
                                   numerics::PackedMatrix::stride_for(a.feed_forward),
                                   numerics::PackedMatrix::stride_for(a.vocabulary)};
  const auto row = static_cast<std::size_t>(std::accumulate(strides.begin(), strides.end(), 0));
  head_room = KvCache::padded(a.head_size);
  per_head_floats = KvCache::padded(a.context) + head_room;
  floats = numerics::AlignedFloats(tokens * row + static_cast<std::size_t>(a.kv_heads * per_head_floats));
  float* next = floats.data();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    *blocks[i] = {next, strides[i]};
    next += static_cast<std::ptrdiff_t>(tokens) * strides[i];
  }
  per_head = next;
}

}  // namespace genloss::workers
