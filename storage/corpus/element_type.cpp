#include "storage/corpus/element_type.hpp"

#include <array>
#include <utility>

namespace genloss::storage {
namespace {
struct Facts {
  std::size_t bytes;
  std::string_view name;
};
constexpr std::array<Facts, 7> facts = {
    {{1, "U8"}, {2, "U16"}, {4, "U32"}, {8, "I64"}, {8, "U64"}, {4, "F32"}, {8, "F64"}}};
const Facts& of(ElementType type) noexcept { return facts[static_cast<std::size_t>(type)]; }
}  // namespace

std::size_t size_of(ElementType type) noexcept { return of(type).bytes; }
std::string_view safetensors_name(ElementType type) noexcept { return of(type).name; }

std::optional<ElementType> element_type_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (facts[i].name == name) return static_cast<ElementType>(i);
  }
  return std::nullopt;
}

}  // namespace genloss::storage
