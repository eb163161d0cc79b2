#include "workers/text/bpe/byte_alphabet.hpp"

#include <array>

namespace genloss::workers {
namespace {

constexpr int byte_values = 256, characters = 0x144;  // 0x100 + 68

bool stands_for_itself(int byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
}

struct Alphabet {
  std::array<std::string, byte_values> name;
  std::array<int, characters> byte{};  // -1: none
  Alphabet() {
    byte.fill(-1);
    int next = 0x100;
    for (int b = 0; b < byte_values; ++b) {
      const int c = stands_for_itself(b) ? b : next++;
      byte[static_cast<std::size_t>(c)] = b;
      auto& text = name[static_cast<std::size_t>(b)];
      if (c < 0x80) {
        text = {static_cast<char>(c)};
      } else {
        text = {static_cast<char>(0xc0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3f))};
      }
    }
  }
};

const Alphabet& alphabet() {
  static const Alphabet one;
  return one;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string name;
  name.reserve(2 * text.size());
  for (const char c : text) name += alphabet().name[static_cast<unsigned char>(c)];
  return name;
}

std::optional<std::string> bytes_of_printable(std::string_view name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    int c = static_cast<unsigned char>(name[i]);
    if (c >= 0x80) {  // two bytes of UTF-8 or nothing of ours
      if ((c & 0xe0) != 0xc0 || i + 1 == name.size()) return std::nullopt;
      c = (c & 0x1f) << 6 | (static_cast<unsigned char>(name[++i]) & 0x3f);
    }
    if (c >= characters || alphabet().byte[static_cast<std::size_t>(c)] < 0) return std::nullopt;
    text.push_back(static_cast<char>(alphabet().byte[static_cast<std::size_t>(c)]));
  }
  return text;
}

}  // namespace genloss::workers
