#include "workers/text/encoded/token_values.hpp"

#include <cstring>

namespace genloss::workers {
namespace {

using storage::ElementType;

template <class Use>
void as_type(ElementType type, const Use& use) {
  if (type == ElementType::u8) return use(std::uint8_t{});
  if (type == ElementType::u16) return use(std::uint16_t{});
  use(std::uint32_t{});
}

}  // namespace

ElementType token_type(int vocabulary) noexcept {
  if (vocabulary <= 1 << 8) return ElementType::u8;
  return vocabulary <= 1 << 16 ? ElementType::u16 : ElementType::u32;
}

bool is_token_type(ElementType type) noexcept {
  return type == ElementType::u8 || type == ElementType::u16 || type == ElementType::u32;
}

void unpack_tokens(std::span<const std::byte> stored, ElementType type, std::span<std::int32_t> out) {
  as_type(type, [&](auto element) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      std::memcpy(&element, stored.data() + i * sizeof element, sizeof element);
      out[i] = static_cast<std::int32_t>(element);
    }
  });
}

void pack_tokens(std::span<const std::int32_t> tokens, ElementType type, std::vector<std::byte>& stored) {
  as_type(type, [&](auto element) {
    std::size_t at = stored.size();
    stored.resize(at + tokens.size() * sizeof element);
    for (const std::int32_t token : tokens) {
      element = static_cast<decltype(element)>(token);
      std::memcpy(stored.data() + at, &element, sizeof element);
      at += sizeof element;
    }
  });
}

}  // namespace genloss::workers
