#pragma once
// Is it text?

#include <cstddef>
#include <optional>
#include <string_view>

namespace genloss::storage {

/// Byte offset of the first byte that is not well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, no
/// surrogates, nothing above U+10FFFF) or is NUL; nothing if all is well.
[[nodiscard]] std::optional<std::size_t> find_non_text(std::string_view text) noexcept;

}  // namespace genloss::storage
