#pragma once
// Numbers of a column between double and the type they are stored in.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "storage/corpus/element_type.hpp"

namespace genloss::storage {

/// Appends `value` as bytes of `type`. @throws Error(internal) naming `column` if an integer type cannot hold it
/// exactly
void append_number(std::vector<std::byte>& bytes, ElementType type, double value, const std::string& column);
[[nodiscard]] std::vector<double> to_doubles(std::span<const std::byte> bytes, ElementType type);

}  // namespace genloss::storage
