#pragma once
// Attention of one query over one row's cache. Only for kernels_*.cpp.

#include "workers/numerics/inner/simd.hpp"
#include "workers/numerics/kernels.hpp"

namespace genloss::workers::numerics {
namespace {

constexpr int vectors_per_block = cache_block / simd::width;

/// scores[p] = scale * query . keys[p] for `blocks` blocks of 16 positions, the elements of a head in ascending order.
template <int blocks>
GENLOSS_INLINE void score(const AttentionSpan& span, const float* keys, float scale, float* scores) {
  constexpr int vectors = blocks * vectors_per_block;
  const std::ptrdiff_t block_floats = static_cast<std::ptrdiff_t>(span.head_size) * cache_block;
  simd::Floats sums[vectors] = {};
  for (int i = 0; i < span.head_size; ++i) {
    const float x = span.query[i];
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v) {
      const float* key = keys + v / vectors_per_block * block_floats + static_cast<std::ptrdiff_t>(i) * cache_block;
      sums[v] += x * simd::load(key + v % vectors_per_block * simd::width);
    }
  }
#pragma GCC unroll 16
  for (int v = 0; v < vectors; ++v) simd::store(scores + v * simd::width, sums[v] * scale);
}

/// scores := exp(score - largest), 0 beyond length. @return their sum
GENLOSS_INLINE float exponentiate_scores(float* scores, int length) {
  const int end = padded_positions(length);
  for (int i = length; i < end; ++i) scores[i] = -__builtin_inff();
  simd::Floats most = simd::load(scores);
  for (int i = simd::width; i < end; i += simd::width) most = simd::larger(most, simd::load(scores + i));
  const float largest = simd::largest(most);
  simd::Floats sums = {};
  for (int i = 0; i < end; i += simd::width) {
    const simd::Floats e = simd::exp(simd::load(scores + i) - largest);
    simd::store(scores + i, e);
    sums += e;
  }
  return simd::sum(sums);
}

/// out[0, vectors * width) = factor * sum over p of weights[p] * values[p], even and odd positions apart.
template <int vectors>
GENLOSS_INLINE void blend(const float* weights, const float* values, int stride, int length, float factor, float* out) {
  simd::Floats even[vectors] = {}, odd[vectors] = {};
  int p = 0;
  for (; p + 2 <= length; p += 2, values += 2 * static_cast<std::ptrdiff_t>(stride)) {
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v) {
      even[v] += weights[p] * simd::load(values + v * simd::width);
      odd[v] += weights[p + 1] * simd::load(values + stride + v * simd::width);
    }
  }
#pragma GCC unroll 16
  for (int v = 0; v < vectors; ++v) {
    if (p < length) even[v] += weights[p] * simd::load(values + v * simd::width);
    simd::store(out + v * simd::width, (even[v] + odd[v]) * factor);
  }
}

void decode_attend(const AttentionSpan& span, float* scores, float* out) {
  const float scale = 1.0F / std::sqrt(static_cast<float>(span.head_size));
  const std::ptrdiff_t block_floats = static_cast<std::ptrdiff_t>(span.head_size) * cache_block;
  const int blocks = padded_positions(span.length) / cache_block;
  int b = 0;
  for (; b + 4 <= blocks; b += 4) score<4>(span, span.keys + b * block_floats, scale, scores + b * cache_block);
  for (; b < blocks; ++b) score<1>(span, span.keys + b * block_floats, scale, scores + b * cache_block);

  const float factor = 1.0F / exponentiate_scores(scores, span.length);
  const int stride = padded_positions(span.head_size);
  constexpr int wide = 4, narrow = cache_block / simd::width;
  int i = 0;
  for (; i + wide * simd::width <= stride; i += wide * simd::width) {
    blend<wide>(scores, span.values + i, stride, span.length, factor, out + i);
  }
  for (; i < stride; i += narrow * simd::width) {
    blend<narrow>(scores, span.values + i, stride, span.length, factor, out + i);
  }
}

}  // namespace
}  // namespace genloss::workers::numerics
