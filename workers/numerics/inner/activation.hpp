#pragma once
// Rows of activations, forward and backward. Only for kernels_*.cpp.

#include "workers/numerics/inner/simd.hpp"

namespace genloss::workers::numerics {
namespace {

using simd::Floats;
using simd::load;
using simd::load_part;
using simd::store;
using simd::store_part;

void gelu_row(float* __restrict h, const float* __restrict bias, float* __restrict act, std::size_t size) {
  simd::for_blocks(
      size,
      [&](std::size_t i) {
        const Floats x = load(h + i) + load(bias + i);
        store(h + i, x);
        store(act + i, simd::gelu(x));
      },
      [&](std::size_t i, std::size_t n) {
        const Floats x = load_part(h + i, n, 0) + load_part(bias + i, n, 0);
        store_part(h + i, x, n);
        store_part(act + i, simd::gelu(x), n);
      });
}

void gelu_backward_row(const float* __restrict h, float* __restrict act, float* __restrict d, std::size_t size) {
  const auto one = [](const Floats& x, Floats& out, Floats& gradient) __attribute__((always_inline)) {
    const simd::Gate gate = simd::gelu_gate(x);
    out = simd::gelu(x, gate);
    gradient *= simd::gelu_slope(x, gate);
  };
  Floats out, gradient;
  simd::for_blocks(
      size,
      [&](std::size_t i) {
        gradient = load(d + i);
        one(load(h + i), out, gradient);
        store(act + i, out);
        store(d + i, gradient);
      },
      [&](std::size_t i, std::size_t n) {
        gradient = load_part(d + i, n, 0);
        one(load_part(h + i, n, 0), out, gradient);
        store_part(act + i, out, n);
        store_part(d + i, gradient, n);
      });
}

void swiglu_row(const float* __restrict gate, const float* __restrict up, float* __restrict act, std::size_t size) {
  simd::for_blocks(
      size, [&](std::size_t i) { store(act + i, simd::silu(load(gate + i)) * load(up + i)); },
      [&](std::size_t i, std::size_t n) {
        store_part(act + i, simd::silu(load_part(gate + i, n, 0)) * load_part(up + i, n, 0), n);
      });
}

struct SwigluGradient {
  Floats act, gate, up;
};
GENLOSS_INLINE void swiglu_gradient(const Floats& g, const Floats& u, const Floats& d, SwigluGradient& out) {
  const Floats silu = simd::silu(g);
  out.act = silu * u;
  out.up = d * silu;
  out.gate = d * u * simd::silu_slope(g, simd::gate(g));
}

void swiglu_backward_row(const float* gate, const float* up, const float* d, float* act, float* d_gate, float* d_up,
                         std::size_t size) {
  SwigluGradient out;
  simd::for_blocks(
      size,
      [&](std::size_t i) {
        swiglu_gradient(load(gate + i), load(up + i), load(d + i), out);
        store(act + i, out.act);
        store(d_gate + i, out.gate);
        store(d_up + i, out.up);
      },
      [&](std::size_t i, std::size_t n) {
        swiglu_gradient(load_part(gate + i, n, 0), load_part(up + i, n, 0), load_part(d + i, n, 0), out);
        store_part(act + i, out.act, n);
        store_part(d_gate + i, out.gate, n);
        store_part(d_up + i, out.up, n);
      });
}

}  // namespace
}  // namespace genloss::workers::numerics
