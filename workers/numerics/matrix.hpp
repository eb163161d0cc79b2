#pragma once
#include <cstddef>

namespace genloss::workers::numerics {

/// A row-major part of a float buffer: element (r, c) is data[r * stride + c].
template <class T>
struct MatrixOf {
  T* data = nullptr;
  std::size_t rows = 0, columns = 0, stride = 0;
  [[nodiscard]] T* at(std::size_t row, std::size_t column) const noexcept { return data + row * stride + column; }
  [[nodiscard]] MatrixOf block(std::size_t row, std::size_t height, std::size_t column, std::size_t width) const {
    return {at(row, column), height, width, stride};
  }
  // NOLINTNEXTLINE(google-explicit-constructor): a read-only view of a view
  operator MatrixOf<const T>() const { return {data, rows, columns, stride}; }
};
using Matrix = MatrixOf<float>;
using ConstMatrix = MatrixOf<const float>;

template <class T>
[[nodiscard]] MatrixOf<T> matrix(T* data, std::size_t rows, std::size_t columns) {
  return {data, rows, columns, columns};
}

}  // namespace genloss::workers::numerics
