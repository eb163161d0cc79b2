#include "storage/corpus/column_bytes.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "jobs/error.hpp"

namespace genloss::storage {
namespace {

/// Calls `use` with a value of the C++ type that `type` names.
template <class Use>
auto with_type(ElementType type, Use use) {
  switch (type) {
    case ElementType::u8:
      return use(std::uint8_t{});
    case ElementType::u16:
      return use(std::uint16_t{});
    case ElementType::u32:
      return use(std::uint32_t{});
    case ElementType::i64:
      return use(std::int64_t{});
    case ElementType::u64:
      return use(std::uint64_t{});
    case ElementType::f32:
      return use(float{});
    case ElementType::f64:
      return use(double{});
  }
  throw Error(ExitCode::internal, "choose", "column type", "unknown element type");
}

template <class Number>
bool holds(double value) {
  if constexpr (std::is_floating_point_v<Number>) {
    return true;
  } else {
    // 2^digits is exact as a double, the largest value itself need not be.
    const double beyond = std::ldexp(1.0, std::numeric_limits<Number>::digits);
    const double least = std::is_signed_v<Number> ? -beyond : 0.0;
    return value >= least && value < beyond && std::trunc(value) == value;
  }
}

}  // namespace

void append_number(std::vector<std::byte>& bytes, ElementType type, double value, const std::string& column) {
  with_type(type, [&](auto number) {
    using Number = decltype(number);
    if (!holds<Number>(value)) {
      throw Error(ExitCode::internal, "append to shard", "column '" + column + "'",
                  std::to_string(value) + " cannot be stored exactly as " + std::string(safetensors_name(type)));
    }
    number = static_cast<Number>(value);
    const auto* const begin = reinterpret_cast<const std::byte*>(&number);
    bytes.insert(bytes.end(), begin, begin + sizeof number);
  });
}

std::vector<double> to_doubles(std::span<const std::byte> bytes, ElementType type) {
  return with_type(type, [&](auto number) {
    std::vector<double> result(bytes.size() / sizeof number);
    for (std::size_t i = 0; i < result.size(); ++i) {
      std::memcpy(&number, bytes.data() + i * sizeof number, sizeof number);
      result[i] = static_cast<double>(number);
    }
    return result;
  });
}

}  // namespace genloss::storage
