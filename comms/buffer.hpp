#pragma once
// Plain memory with an element type: all that a communicator knows about data.

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace genloss::comms {

enum class DType { u8, i32, i64, u64, f32, f64 };

[[nodiscard]] constexpr std::size_t size_of(DType t) noexcept {
  return t == DType::u8 ? 1 : (t == DType::i32 || t == DType::f32) ? 4 : 8;
}

template <class T>
[[nodiscard]] consteval DType dtype_of() {
  if constexpr (std::is_same_v<T, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::f64;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return DType::i32;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return DType::i64;
  else if constexpr (std::is_same_v<T, std::uint64_t>)
    return DType::u64;
  else {
    static_assert(sizeof(T) == 1, "no DType for this type");
    return DType::u8;
  }
}

/// `count` elements at `data`, owned by someone else.
struct Buffer {
  void* data = nullptr;
  std::size_t count = 0;
  DType dtype = DType::u8;
  [[nodiscard]] std::size_t bytes() const noexcept { return count * size_of(dtype); }
};
struct ConstBuffer {
  const void* data = nullptr;
  std::size_t count = 0;
  DType dtype = DType::u8;
  ConstBuffer() = default;
  ConstBuffer(const void* d, std::size_t n, DType t) : data(d), count(n), dtype(t) {}
  ConstBuffer(const Buffer& b) : data(b.data), count(b.count), dtype(b.dtype) {}  // NOLINT: a view of a view
  [[nodiscard]] std::size_t bytes() const noexcept { return count * size_of(dtype); }
};

template <class T>
[[nodiscard]] Buffer buffer_of(std::span<T> s) {
  return {s.data(), s.size(), dtype_of<T>()};
}
template <class T>
[[nodiscard]] ConstBuffer buffer_of(std::span<const T> s) {
  return {s.data(), s.size(), dtype_of<T>()};
}
/// One trivially copyable value as bytes.
template <class T>
requires std::is_trivially_copyable_v<T>
[[nodiscard]] Buffer bytes_of(T& v) { return {&v, sizeof(T), DType::u8}; }

}  // namespace genloss::comms
