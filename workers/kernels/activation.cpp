#include "workers/kernels/activation.hpp"

#include "workers/kernels/clones.hpp"
#include "workers/kernels/vector.hpp"

namespace genloss::workers::kernels {
namespace {

GENLOSS_INLINE Floats sigmoid(const Floats& x) { return 1.0F / (1.0F + exp(-x)); }

constexpr float root = 0.7978845608028654F;  // sqrt(2 / pi)
constexpr float cubic = 0.044715F;

/// GELU(x) = x sigmoid(2 u) with u = root (x + cubic x^3), because (1 + tanh u) / 2 = sigmoid(2 u).
GENLOSS_INLINE Floats gelu_gate(const Floats& x) { return sigmoid(2 * root * (x + cubic * (x * x * x))); }

GENLOSS_CLONES void gelu_row(float* __restrict h, const float* __restrict bias, float* __restrict act,
                             std::size_t size) {
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    const Floats x = load(h + i) + load(bias + i);
    store(h + i, x);
    store(act + i, x * gelu_gate(x));
  }
  if (i == size) return;
  const Floats x = load_part(h + i, size - i, 0) + load_part(bias + i, size - i, 0);
  store_part(h + i, x, size - i);
  store_part(act + i, x * gelu_gate(x), size - i);
}

GENLOSS_CLONES void gelu_backward_row(const float* __restrict h, float* __restrict act, float* __restrict d,
                                      std::size_t size) {
  const auto one = [](const Floats& x, Floats& out, Floats& gradient) __attribute__((always_inline)) {
    const Floats s = gelu_gate(x);
    out = x * s;
    gradient *= s + out * (1.0F - s) * (2 * root * (1.0F + 3 * cubic * (x * x)));
  };
  std::size_t i = 0;
  Floats out, gradient;
  for (; i + lanes <= size; i += lanes) {
    gradient = load(d + i);
    one(load(h + i), out, gradient);
    store(act + i, out);
    store(d + i, gradient);
  }
  if (i == size) return;
  gradient = load_part(d + i, size - i, 0);
  one(load_part(h + i, size - i, 0), out, gradient);
  store_part(act + i, out, size - i);
  store_part(d + i, gradient, size - i);
}

GENLOSS_CLONES void swiglu_row(const float* __restrict gate, const float* __restrict up, float* __restrict act,
                               std::size_t size) {
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    const Floats g = load(gate + i);
    store(act + i, g * sigmoid(g) * load(up + i));
  }
  if (i == size) return;
  const Floats g = load_part(gate + i, size - i, 0);
  store_part(act + i, g * sigmoid(g) * load_part(up + i, size - i, 0), size - i);
}

struct SwigluGradient {
  Floats act, gate, up;
};
GENLOSS_INLINE void swiglu_gradient(const Floats& g, const Floats& u, const Floats& d, SwigluGradient& out) {
  const Floats s = sigmoid(g);
  const Floats silu = g * s;
  out.act = silu * u;
  out.up = d * silu;
  out.gate = d * u * (s + silu * (1.0F - s));
}

GENLOSS_CLONES void swiglu_backward_row(const float* gate, const float* up, const float* d, float* act, float* d_gate,
                                        float* d_up, std::size_t size) {
  SwigluGradient out;
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    swiglu_gradient(load(gate + i), load(up + i), load(d + i), out);
    store(act + i, out.act);
    store(d_gate + i, out.gate);
    store(d_up + i, out.up);
  }
  if (i == size) return;
  const std::size_t n = size - i;
  swiglu_gradient(load_part(gate + i, n, 0), load_part(up + i, n, 0), load_part(d + i, n, 0), out);
  store_part(act + i, out.act, n);
  store_part(d_gate + i, out.gate, n);
  store_part(d_up + i, out.up, n);
}

}  // namespace

void gelu(const Matrix& h, const float* bias, const Matrix& act) {
  for (std::size_t r = 0; r < h.rows; ++r) gelu_row(h.at(r, 0), bias, act.at(r, 0), h.columns);
}

void gelu_backward(const ConstMatrix& h, const Matrix& act, const Matrix& d) {
  for (std::size_t r = 0; r < h.rows; ++r) gelu_backward_row(h.at(r, 0), act.at(r, 0), d.at(r, 0), h.columns);
}

void swiglu(const ConstMatrix& gate, const ConstMatrix& up, const Matrix& act) {
  for (std::size_t r = 0; r < act.rows; ++r) swiglu_row(gate.at(r, 0), up.at(r, 0), act.at(r, 0), act.columns);
}

void swiglu_backward(const ConstMatrix& gate, const ConstMatrix& up, const ConstMatrix& d, const Matrix& act,
                     const Matrix& d_gate, const Matrix& d_up) {
  for (std::size_t r = 0; r < act.rows; ++r) {
    swiglu_backward_row(gate.at(r, 0), up.at(r, 0), d.at(r, 0), act.at(r, 0), d_gate.at(r, 0), d_up.at(r, 0),
                        act.columns);
  }
}

}  // namespace genloss::workers::kernels
