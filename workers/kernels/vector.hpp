#pragma once
// Sixteen floats at once. Sums run in sixteen interleaved parts, then those in order: the same order for every
// instruction set, so only fused multiply-add tells processors apart.

#include <cstddef>
#include <cstdint>
#include <cstring>

// Vectors never cross a function that is not inlined.
#pragma GCC diagnostic ignored "-Wpsabi"

#define GENLOSS_INLINE inline __attribute__((always_inline))

namespace genloss::workers::kernels {

using Floats = float __attribute__((vector_size(64)));
using Ints = std::int32_t __attribute__((vector_size(64)));
inline constexpr std::size_t lanes = 16;

GENLOSS_INLINE Floats load(const float* from) {
  Floats v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
GENLOSS_INLINE void store(float* to, const Floats& v) { std::memcpy(to, &v, sizeof v); }
/// The first `count` < 16 floats, the rest `fill`.
GENLOSS_INLINE Floats load_part(const float* from, std::size_t count, float fill) {
  Floats v = fill - Floats{};
  std::memcpy(&v, from, count * sizeof(float));
  return v;
}
GENLOSS_INLINE void store_part(float* to, const Floats& v, std::size_t count) {
  std::memcpy(to, &v, count * sizeof(float));
}

GENLOSS_INLINE float sum(const Floats& v) {
  float total = 0;
  for (std::size_t i = 0; i < lanes; ++i) total += v[i];
  return total;
}
GENLOSS_INLINE Floats larger(const Floats& a, const Floats& b) { return a > b ? a : b; }
GENLOSS_INLINE float largest(const Floats& v) {
  float most = v[0];
  for (std::size_t i = 1; i < lanes; ++i) most = v[i] > most ? v[i] : most;
  return most;
}

/// e^x to about 1 unit in the last place, for x <= 88; 0 below -87, NaN for NaN. Range reduction to [-ln2/2, ln2/2] and
/// the polynomial of Cephes (Moshier, expf.c).
GENLOSS_INLINE Floats exp(const Floats& of) {
  const Floats none{};
  const Floats low = -87.0F - none;
  const Ints tiny = of < low;
  const Floats x = tiny ? low : of;         // keeps a NaN
  const Floats shift = 12582912.0F - none;  // 1.5 * 2^23: adding it rounds to an integer
  const Floats n = (x * 1.44269504088896341F + shift) - shift;
  Floats r = x - n * 0.693359375F;
  r = r + n * 2.12194440e-4F;
  Floats p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  const Ints exponent = (__builtin_convertvector(n, Ints) + 127) << 23;
  const Floats power = reinterpret_cast<Floats>(exponent);
  return tiny ? none : p * power;
}

/// Calls whole(i) for blocks of 16 floats, and part(i, count) for the count < 16 that are left.
template <class Whole, class Part>
GENLOSS_INLINE void for_blocks(std::size_t size, const Whole& whole, const Part& part) {
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) whole(i);
  if (i < size) part(i, size - i);
}

}  // namespace genloss::workers::kernels
