#pragma once
// Activations of feed-forward layers, on tiles that a product has just left in cache; on the calling thread.

#include "workers/numerics/matrix.hpp"

namespace genloss::workers::numerics {

/// h += bias; act = GELU(h) in its tanh form (Hendrycks & Gimpel 2016), as GPT-2 has it.
void gelu(const Matrix& h, const float* bias, const Matrix& act);
/// act = GELU(h), and d = d * GELU'(h).
void gelu_backward(const ConstMatrix& h, const Matrix& act, const Matrix& d);

/// act = SiLU(gate) * up (Shazeer 2020).
void swiglu(const ConstMatrix& gate, const ConstMatrix& up, const Matrix& act);
/// From d, the gradient of act: d_gate and d_up; and act again.
void swiglu_backward(const ConstMatrix& gate, const ConstMatrix& up, const ConstMatrix& d, const Matrix& act,
                     const Matrix& d_gate, const Matrix& d_up);

}  // namespace genloss::workers::numerics
