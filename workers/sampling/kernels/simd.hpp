#pragma once
// The widest vectors of floats of the instruction set that is being compiled for, by the compiler's vector extension.
//
// Only for kernels_*.cpp: these files name an instruction set and then include this. Everything here has internal
// linkage, so that code for one instruction set is never taken for another. Every result is a fixed sequence of
// operations per element: it depends on the kind of CPU, and on nothing else.
//
// They also say GENLOSS_FLOATS_PER_VECTOR themselves: the compiler's own macros (__AVX512F__) stay undefined after
// #pragma GCC target where a compiler cache preprocesses first.

#include <cstdint>

#ifndef GENLOSS_FLOATS_PER_VECTOR
#define GENLOSS_FLOATS_PER_VECTOR 4
#endif
#define GENLOSS_INLINE [[gnu::always_inline]] inline

namespace genloss::workers {
namespace {
namespace simd {

constexpr int width = GENLOSS_FLOATS_PER_VECTOR;
using Floats = float __attribute__((vector_size(width * sizeof(float))));
using Ints = std::int32_t __attribute__((vector_size(width * sizeof(float))));
using Doubles = double __attribute__((vector_size(width * sizeof(double))));

GENLOSS_INLINE Floats load(const float* from) {
  Floats v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
GENLOSS_INLINE void store(float* to, Floats v) { __builtin_memcpy(to, &v, sizeof v); }
GENLOSS_INLINE Floats all(float x) { return Floats{} + x; }
GENLOSS_INLINE Floats larger(Floats a, Floats b) { return a > b ? a : b; }
GENLOSS_INLINE void add_to(Doubles& sums, Floats v) { sums += __builtin_convertvector(v, Doubles); }

/// Sum of the elements, always in the same order: halves onto each other.
template <class Vector>
GENLOSS_INLINE auto sum(const Vector& v) {
  auto part = v;
  for (int half = width / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) part[i] += part[i + half];
  }
  return part[0];
}
GENLOSS_INLINE float largest(const Floats& v) {
  float most = v[0];
  for (int i = 1; i < width; ++i) most = v[i] > most ? v[i] : most;
  return most;
}

/// e^x for x <= 88.3 within 2 units in the last place; exactly 0 below -87.3, for -infinity too.
/// Reduction x = n ln 2 + r (Cody and Waite), then a polynomial in r (coefficients: Cephes' expf).
GENLOSS_INLINE Floats exp(Floats x) {
  constexpr float log2_e = 1.44269504F, ln2_high = 0.693359375F, ln2_low = -2.12194440e-4F;
  constexpr float to_integer = 12582912.0F;  // 1.5 * 2^23: adding it leaves the rounded n in the low bits
  constexpr float lowest = -87.3F, highest = 88.3F;
  const Ints underflow = x < lowest;
  x = underflow ? all(lowest) : x;
  x = x > highest ? all(highest) : x;
  const Floats shifted = x * log2_e + to_integer;
  const Floats n = shifted - to_integer;
  const Floats r = (x - n * ln2_high) - n * ln2_low;
  Floats p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  Ints bits;
  __builtin_memcpy(&bits, &shifted, sizeof bits);
  bits = (bits << 23) + (127 << 23);
  Floats power;
  __builtin_memcpy(&power, &bits, sizeof power);
  return underflow ? all(0.0F) : p * power;
}

/// x / (1 + e^-x)
GENLOSS_INLINE Floats silu(Floats x) { return x / (1.0F + exp(-x)); }

/// GPT-2's GELU: x / 2 (1 + tanh(u)), u = sqrt(2 / pi) (x + 0.044715 x^3) = x / (1 + e^(-2 u)).
GENLOSS_INLINE Floats gelu(Floats x) {
  constexpr float twice_root = 1.5957691216F, cubic = 0.044715F;
  return x / (1.0F + exp(-(twice_root * x) * (1.0F + cubic * x * x)));
}

}  // namespace simd
}  // namespace
}  // namespace genloss::workers
