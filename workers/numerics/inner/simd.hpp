#pragma once
// The widest vectors of floats of the instruction set that is being compiled for, by the compiler's vector extension,
// and the elementary functions that everything else is made of.
//
// Only for kernels_*.cpp: these files name an instruction set and then include this. Everything here has internal
// linkage, so that code for one instruction set is never taken for another. Every result is a fixed sequence of
// operations per element: it depends on the instruction set, and on nothing else.
//
// They also say GENLOSS_FLOATS_PER_VECTOR themselves: the compiler's own macros (__AVX512F__) stay undefined after
// #pragma GCC target where a compiler cache preprocesses first.
//
// Bounds are in units in the last place (ulp) of the exact result, as tests/workers/numerics/sweep_test.cpp measures
// them on every instruction set.

#include <cstddef>
#include <cstdint>

#ifndef GENLOSS_FLOATS_PER_VECTOR
#define GENLOSS_FLOATS_PER_VECTOR 4
#endif
#define GENLOSS_INLINE [[gnu::always_inline]] inline

namespace genloss::workers::numerics {
namespace {
namespace simd {

constexpr int width = GENLOSS_FLOATS_PER_VECTOR;
constexpr std::size_t lanes = width;
using Floats = float __attribute__((vector_size(width * sizeof(float))));
using Ints = std::int32_t __attribute__((vector_size(width * sizeof(float))));
using Doubles = double __attribute__((vector_size(width * sizeof(double))));

GENLOSS_INLINE Floats load(const float* from) {
  Floats v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
GENLOSS_INLINE void store(float* to, Floats v) { __builtin_memcpy(to, &v, sizeof v); }
GENLOSS_INLINE Floats all(float x) { return x - Floats{}; }
/// The first `count` < width floats, the rest `fill`.
GENLOSS_INLINE Floats load_part(const float* from, std::size_t count, float fill) {
  Floats v = all(fill);
  for (std::size_t i = 0; i < count; ++i) v[i] = from[i];
  return v;
}
GENLOSS_INLINE void store_part(float* to, Floats v, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] = v[i];
}
/// b where a is not a number.
GENLOSS_INLINE Floats larger(Floats a, Floats b) { return a > b ? a : b; }
/// Into [-bound, bound]; keeps what is not a number.
GENLOSS_INLINE Floats clamp(Floats x, float bound) {
  x = x < -bound ? all(-bound) : x;
  return x > bound ? all(bound) : x;
}
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

/// Calls whole(i) for blocks of `width` floats, and part(i, count) for the count < width that are left.
template <class Whole, class Part>
GENLOSS_INLINE void for_blocks(std::size_t size, const Whole& whole, const Part& part) {
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) whole(i);
  if (i < size) part(i, size - i);
}

/// e^x within 2 ulp for every x: infinite above ln(FLT_MAX), 0 where the result is below FLT_MIN, not a number for what
/// is none. Reduction x = n ln 2 + r (Cody and Waite), then a polynomial in r (coefficients: Moshier, Cephes' expf).
GENLOSS_INLINE Floats exp(Floats of) {
  constexpr float log2_e = 1.44269504F, ln2_high = 0.693359375F, ln2_low = -2.12194440e-4F;
  constexpr float to_integer = 12582912.0F;  // 1.5 * 2^23: adding it leaves the rounded n in the low bits
  constexpr float lowest = -87.33654F, highest = 88.72283F;  // the last floats whose results are normal numbers
  const Floats low = all(lowest), high = all(highest);
  Floats x = of < low ? low : of;
  x = x > high ? high : x;
  const Floats shifted = x * log2_e + to_integer;
  const Floats n = shifted - to_integer;
  const Floats r = (x - n * ln2_high) - n * ln2_low;
  Floats p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  // 2^n goes into the exponent of p itself: 2^128 is no float, p 2^128 may be one.
  Ints bits, power;
  __builtin_memcpy(&bits, &p, sizeof bits);
  __builtin_memcpy(&power, &shifted, sizeof power);
  bits += power << 23;
  Floats e;
  __builtin_memcpy(&e, &bits, sizeof e);
  e = of < low ? all(0.0F) : e;
  e = of > high ? all(__builtin_inff()) : e;
  return of == of ? e : of;
}

/// sigmoid(x) = 1 / (1 + e^-x), and 1 - sigmoid(x) without cancellation.
struct Gate {
  Floats open, shut;
};
/// Both within 3 ulp for |x| <= 87; beyond, what they are at 87 (2e-38 from 0 and 1): smaller numbers would be slow
/// ones.
GENLOSS_INLINE Gate gate(Floats x) {
  const Floats e = exp(-clamp(x, 87.0F));
  const Floats open = 1.0F / (1.0F + e);
  return {open, e * open};
}
GENLOSS_INLINE Floats sigmoid(Floats x) { return gate(x).open; }

constexpr float deepest = 104.0F;  // e^-104 is below the smallest float: -infinity is as good as -104

/// x sigmoid(x) within 4 ulp or 2e-36.
GENLOSS_INLINE Floats silu(Floats x) { return (x < -deepest ? all(-deepest) : x) * sigmoid(x); }
/// silu'(x) within 2^-22; of g = gate(x).
GENLOSS_INLINE Floats silu_slope(Floats x, Gate g) { return g.open + clamp(x, deepest) * g.open * g.shut; }

constexpr float gelu_root = 0.7978845608028654F;  // sqrt(2 / pi)
constexpr float gelu_cubic = 0.044715F;
constexpr float gelu_deepest = 20.0F;  // |gelu(-20)| is below the smallest float, and gelu(20) is 20

/// (1 + tanh u) / 2 = sigmoid(2 u) with u = sqrt(2 / pi) (x + 0.044715 x^3).
GENLOSS_INLINE Gate gelu_gate(Floats x) {
  const Floats z = clamp(x, gelu_deepest);
  return gate(2 * gelu_root * (z + gelu_cubic * (z * z * z)));
}
/// GPT-2's GELU, x gelu_gate(x) (Hendrycks & Gimpel 2016, tanh form): within 4 ulp or 2^-23.
GENLOSS_INLINE Floats gelu(Floats x, Gate g) { return (x < -gelu_deepest ? all(-gelu_deepest) : x) * g.open; }
GENLOSS_INLINE Floats gelu(Floats x) { return gelu(x, gelu_gate(x)); }
/// gelu'(x) within 2^-21; of g = gelu_gate(x).
GENLOSS_INLINE Floats gelu_slope(Floats x, Gate g) {
  const Floats z = clamp(x, gelu_deepest);
  return g.open + z * g.open * g.shut * (2 * gelu_root * (1.0F + 3 * gelu_cubic * (z * z)));
}

}  // namespace simd
}  // namespace
}  // namespace genloss::workers::numerics
