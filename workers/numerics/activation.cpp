#include "workers/numerics/activation.hpp"

#include "workers/numerics/kernels.hpp"

namespace genloss::workers::numerics {

void gelu(const Matrix& h, const float* bias, const Matrix& act) {
  const auto row = kernels().gelu_row;
  for (std::size_t r = 0; r < h.rows; ++r) row(h.at(r, 0), bias, act.at(r, 0), h.columns);
}

void gelu_backward(const ConstMatrix& h, const Matrix& act, const Matrix& d) {
  const auto row = kernels().gelu_backward_row;
  for (std::size_t r = 0; r < h.rows; ++r) row(h.at(r, 0), act.at(r, 0), d.at(r, 0), h.columns);
}

void swiglu(const ConstMatrix& gate, const ConstMatrix& up, const Matrix& act) {
  const auto row = kernels().swiglu_row;
  for (std::size_t r = 0; r < act.rows; ++r) row(gate.at(r, 0), up.at(r, 0), act.at(r, 0), act.columns);
}

void swiglu_backward(const ConstMatrix& gate, const ConstMatrix& up, const ConstMatrix& d, const Matrix& act,
                     const Matrix& d_gate, const Matrix& d_up) {
  const auto row = kernels().swiglu_backward_row;
  for (std::size_t r = 0; r < act.rows; ++r) {
    row(gate.at(r, 0), up.at(r, 0), d.at(r, 0), act.at(r, 0), d_gate.at(r, 0), d_up.at(r, 0), act.columns);
  }
}

}  // namespace genloss::workers::numerics
