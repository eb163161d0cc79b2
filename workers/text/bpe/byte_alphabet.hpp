#pragma once
// GPT-2's printable names of bytes, in which vocabularies are written: the 188 printable characters of Latin-1 stand
// for themselves, the other 68 bytes are U+0100 upward in byte order (space is U+0120).

#include <optional>
#include <string>
#include <string_view>

namespace genloss::workers {

/// UTF-8 names, one character a byte.
[[nodiscard]] std::string printable(std::string_view bytes);
/// The bytes that a name stands for; nothing if it holds a character outside the alphabet.
[[nodiscard]] std::optional<std::string> bytes_of_printable(std::string_view name);

}  // namespace genloss::workers
