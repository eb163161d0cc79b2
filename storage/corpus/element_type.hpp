#pragma once
// Element types of stored arrays.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::storage {

enum class ElementType { u8, u16, u32, i64, u64, f32, f64 };
[[nodiscard]] std::size_t size_of(ElementType type) noexcept;
[[nodiscard]] std::string_view safetensors_name(
    ElementType type) noexcept;  ///< "U8" "U16" "U32" "I64" "U64" "F32" "F64"
/// The inverse of safetensors_name.
[[nodiscard]] std::optional<ElementType> element_type_named(std::string_view name) noexcept;

/// A named array somebody else owns, row-major.
struct TensorView {
  ElementType type = ElementType::f32;
  std::vector<std::uint64_t> shape;
  std::span<const std::byte> bytes;
};

}  // namespace genloss::storage
