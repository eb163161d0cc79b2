#include "workers/numerics/packed_matrix.hpp"

#include <algorithm>

namespace genloss::workers::numerics {

PackedMatrix::PackedMatrix(int in, int out)
    : in_(in),
      panels_(stride_for(out) / panel),
      values_(static_cast<std::size_t>(in) * stride_for(out)),
      bias_(static_cast<std::size_t>(stride_for(out))) {}

float& PackedMatrix::at(int input, int packed_column) {
  const auto p = static_cast<std::size_t>(packed_column / panel);
  return values_.data()[(p * in_ + input) * panel + packed_column % panel];
}

void PackedMatrix::set(int first, int columns, std::span<const float> weights, bool out_in) {
  for (int column = 0; column < columns; ++column) {
    for (int input = 0; input < in_; ++input) {
      const std::size_t from =
          out_in ? static_cast<std::size_t>(column) * in_ + input : static_cast<std::size_t>(input) * columns + column;
      at(input, first + column) = weights[from];
    }
  }
}

void PackedMatrix::set_bias(std::span<const float> bias) { std::copy(bias.begin(), bias.end(), bias_.data()); }

PackedMatrix PackedMatrix::pair(int in, int columns, std::span<const float> gate, std::span<const float> up) {
  constexpr int half = panel / 2;
  const int padded = (columns + half - 1) / half * half;
  PackedMatrix packed(in, 2 * padded);
  for (int column = 0; column < columns; ++column) {
    const int place = column / half * panel + column % half;
    for (int input = 0; input < in; ++input) {
      const std::size_t from = static_cast<std::size_t>(column) * in + input;
      packed.at(input, place) = gate[from];
      packed.at(input, place + half) = up[from];
    }
  }
  return packed;
}

}  // namespace genloss::workers::numerics
