#include "storage/human/text_check.hpp"

#include <cstdint>
#include <cstring>

namespace genloss::storage {
namespace {

/// Eight bytes, all of them ASCII and none NUL.
bool eight_plain(const char* at) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return (((word - ones) | word) & highs) == 0;
}

struct Range {
  unsigned char low, high;
  [[nodiscard]] bool holds(unsigned char byte) const noexcept { return byte >= low && byte <= high; }
};
constexpr Range continuation = {0x80, 0xbf};

/// What may follow directly after a lead byte; the special rows of the table keep out overlong forms and surrogates.
Range second_after(unsigned char lead) noexcept {
  switch (lead) {
    case 0xe0:
      return {0xa0, 0xbf};
    case 0xed:
      return {0x80, 0x9f};
    case 0xf0:
      return {0x90, 0xbf};
    case 0xf4:
      return {0x80, 0x8f};
    default:
      return continuation;
  }
}

std::size_t length_from(unsigned char lead) noexcept {
  if (lead > 0 && lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

/// Length of the character at the begin of `text`, 0 if there is none.
std::size_t character(std::string_view text) noexcept {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = length_from(at(0));
  if (length == 0 || length > text.size()) return 0;
  if (length > 1 && !second_after(at(0)).holds(at(1))) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!continuation.holds(at(i))) return 0;
  }
  return length;
}

}  // namespace

std::optional<std::size_t> find_non_text(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    if (text.size() - i >= 8 && eight_plain(text.data() + i)) {
      i += 8;
      continue;
    }
    const std::size_t length = character(text.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return std::nullopt;
}

}  // namespace genloss::storage
