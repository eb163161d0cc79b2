#include "storage/human/r_serialization.hpp"

#include <stdexcept>
#include <string_view>

namespace genloss::storage {
namespace {

// SEXP types and flag bits of serialize.c
constexpr std::uint32_t symbol = 1, pair_list = 2, char_string = 9, logical_vector = 10, integer_vector = 13,
                        text_vector = 16, generic_vector = 19, null_value = 254, reference = 255;
constexpr std::uint32_t has_attributes = 1U << 9, has_tag = 1U << 10, latin1 = 1U << (12 + 2);
constexpr int most_nesting = 64;

class Reader {
 public:
  explicit Reader(std::span<const std::byte> stream) : stream_(stream) {}

  RValue read() {
    if (take(2) != "X\n") fail("it is not in XDR form");
    const std::int32_t version = integer();
    (void)take(8);  // R versions of the writer and of the oldest reader
    if (version == 3) {
      (void)take(length(1));  // name of the native encoding
    } else if (version != 2) {
      fail("its serialization version is neither 2 nor 3");
    }
    return item();
  }

 private:
  [[noreturn]] void fail(const std::string& cause) const {
    throw std::runtime_error(cause + " (at byte " + std::to_string(position_) + ")");
  }

  std::string_view take(std::size_t count) {
    if (count > stream_.size() - position_) fail("it is cut off");
    const char* const at = reinterpret_cast<const char*>(stream_.data()) + position_;
    position_ += count;
    return {at, count};
  }

  std::int32_t integer() {
    std::uint32_t value = 0;
    for (const char byte : take(4)) value = value << 8 | static_cast<unsigned char>(byte);
    return static_cast<std::int32_t>(value);
  }

  /// A count of things that take at least `bytes_each` bytes each.
  std::size_t length(std::size_t bytes_each) {
    const std::int32_t count = integer();
    if (count < 0 || static_cast<std::size_t>(count) > (stream_.size() - position_) / bytes_each) {
      fail("it claims more elements than it has bytes for");
    }
    return static_cast<std::size_t>(count);
  }

  /// One string; length -1 is a missing value.
  std::string string(std::uint32_t flags) {
    const std::int32_t count = integer();
    if (count == -1) return {};
    if (count < 0) fail("a string has a negative length");
    const std::string_view bytes = take(static_cast<std::size_t>(count));
    if ((flags & latin1) == 0) return std::string(bytes);
    std::string utf8;
    for (const char c : bytes) {
      const auto code = static_cast<unsigned char>(c);
      if (code < 0x80) {
        utf8 += c;
      } else {
        utf8 += static_cast<char>(0xc0 | code >> 6);
        utf8 += static_cast<char>(0x80 | (code & 0x3f));
      }
    }
    return utf8;
  }

  std::string string_item() {
    const auto flags = static_cast<std::uint32_t>(integer());
    if ((flags & 0xff) != char_string) fail("a string was expected");
    return string(flags);
  }

  /// A symbol, or the number of one that has been read before.
  std::string symbol_item(std::uint32_t flags) {
    if ((flags & 0xff) == symbol) return symbols_.emplace_back(string_item());
    if ((flags & 0xff) != reference) fail("a symbol was expected");
    const std::uint32_t packed = flags >> 8;
    const std::size_t number = packed != 0 ? packed : static_cast<std::uint32_t>(integer());
    if (number == 0 || number > symbols_.size()) fail("a reference points nowhere");
    return symbols_[number - 1];
  }

  /// Attributes are a pair list; only `names` means something here.
  std::vector<std::string> names_of_attributes() {
    std::vector<std::string> names;
    for (;;) {
      const auto flags = static_cast<std::uint32_t>(integer());
      if ((flags & 0xff) == null_value) return names;
      if ((flags & 0xff) != pair_list) fail("a pair list was expected");
      if ((flags & has_attributes) != 0) (void)item();
      const std::string key = (flags & has_tag) != 0 ? symbol_item(static_cast<std::uint32_t>(integer())) : "";
      RValue value = item();
      if (key == "names" && value.kind == RValue::Kind::text) names = std::move(value.text);
    }
  }

  RValue item() {
    if (++nesting_ > most_nesting) fail("it is nested too deeply");
    const auto flags = static_cast<std::uint32_t>(integer());
    RValue value = vector_or_less(flags);
    --nesting_;
    return value;
  }

  RValue vector_or_less(std::uint32_t flags) {
    RValue value;
    const std::uint32_t type = flags & 0xff;
    if (type == null_value) return value;
    if (type == symbol || type == reference) {
      (void)symbol_item(flags);
      return value;
    }
    if (type == text_vector) {
      value.kind = RValue::Kind::text;
      for (std::size_t left = length(8); left > 0; --left) value.text.push_back(string_item());
    } else if (type == integer_vector || type == logical_vector) {
      value.kind = RValue::Kind::integers;
      for (std::size_t left = length(4); left > 0; --left) value.integers.push_back(integer());
    } else if (type == generic_vector) {
      value.kind = RValue::Kind::list;
      for (std::size_t left = length(4); left > 0; --left) value.list.push_back(item());
    } else {
      fail("R type " + std::to_string(type) + " is not read here");
    }
    if ((flags & has_attributes) != 0) value.names = names_of_attributes();
    return value;
  }

  std::span<const std::byte> stream_;
  std::size_t position_ = 0;
  int nesting_ = 0;
  std::vector<std::string> symbols_;
};

}  // namespace

RValue read_r_value(std::span<const std::byte> stream) { return Reader(stream).read(); }

}  // namespace genloss::storage
