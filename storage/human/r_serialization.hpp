#pragma once
// R's serialization, XDR form: the few types that a data base of character vectors uses.

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace genloss::storage {

/// A value of R. One of the three vectors is used, as `kind` says.
struct RValue {
  enum class Kind { nothing, text, integers, list } kind = Kind::nothing;
  std::vector<std::string> text;  ///< UTF-8
  std::vector<std::int32_t> integers;
  std::vector<RValue> list;
  std::vector<std::string> names;  ///< of a list's elements; empty if they have none
};

/// Bounds-checked: a damaged stream is an exception, never more memory than the stream has bytes for.
/// @throws std::runtime_error saying what is wrong and where
[[nodiscard]] RValue read_r_value(std::span<const std::byte> stream);

}  // namespace genloss::storage
