#include "orchestrator/show/glyphs.hpp"

#include <array>
#include <cstdint>

namespace genloss::orchestrator::show {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

struct Decoded {
  std::uint32_t code = 0;
  std::size_t length = 0;  ///< 0: no UTF-8 here
};

Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  std::uint32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    code = code << 6U | (byte(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, length};
}

/// As far as texts of novels and web pages need it: combining marks and joiners, East Asian wide characters, emoji.
std::size_t columns_of(std::uint32_t code) {
  const auto in = [code](std::uint32_t first, std::uint32_t last) { return code >= first && code <= last; };
  if (in(0x300, 0x36f) || in(0x200b, 0x200f) || in(0xfe00, 0xfe0f)) return 0;
  const bool wide = in(0x1100, 0x115f) || in(0x2e80, 0xa4cf) || in(0xac00, 0xd7a3) || in(0xf900, 0xfaff) ||
                    in(0xfe30, 0xfe4f) || in(0xff00, 0xff60) || in(0xffe0, 0xffe6) || in(0x1f300, 0x1faff) ||
                    in(0x20000, 0x3fffd);
  return wide ? 2 : 1;
}

/// C0 and C1 controls, and what turns the direction of writing.
bool is_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

std::vector<Glyph> glyphs_of(std::string_view text) {
  std::vector<Glyph> glyphs;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      glyphs.push_back({" ", at++, 1, true, c == '\n'});
      continue;
    }
    const auto [code, length] = decode(text.substr(at));
    if (length == 0 || is_control(code)) {
      glyphs.push_back({std::string(replacement), at, 1, false, false});
    } else {
      glyphs.push_back({std::string(text.substr(at, length)), at, columns_of(code), false, false});
    }
    at += length == 0 ? 1 : length;
  }
  return glyphs;
}

}  // namespace genloss::orchestrator::show
