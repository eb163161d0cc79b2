#include "workers/sampling/kv_cache.hpp"

#include <algorithm>

namespace genloss::workers {

std::size_t KvCache::row_bytes(const Architecture& a, int positions) noexcept {
  const auto per_head = static_cast<std::size_t>(padded(positions)) * (a.head_size + padded(a.head_size));
  return per_head * static_cast<std::size_t>(a.layers) * a.kv_heads * sizeof(float);
}

KvCache::KvCache(const Architecture& architecture, int rows)
    : rows_(rows),
      heads_(architecture.kv_heads),
      head_size_(architecture.head_size),
      key_floats_(static_cast<std::size_t>(padded(architecture.context)) * architecture.head_size),
      value_floats_(static_cast<std::size_t>(padded(architecture.context)) * padded(architecture.head_size)),
      floats_(static_cast<std::size_t>(architecture.layers) * rows * heads_ * (key_floats_ + value_floats_)) {}

void KvCache::store(int layer, int row, int head, int position, const float* key, const float* value) noexcept {
  float* keys = floats_.data() + offset(layer, row, head);
  float* column = keys + static_cast<std::ptrdiff_t>(position / block) * head_size_ * block + position % block;
  for (int i = 0; i < head_size_; ++i) column[static_cast<std::ptrdiff_t>(i) * block] = key[i];
  std::copy_n(value, head_size_, keys + key_floats_ + static_cast<std::ptrdiff_t>(position) * padded(head_size_));
}

}  // namespace genloss::workers
