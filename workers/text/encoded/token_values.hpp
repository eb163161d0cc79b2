#pragma once
// Tokens as they are stored: the smallest unsigned numbers that hold a vocabulary.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "storage/corpus/element_type.hpp"

namespace genloss::workers {

/// u8 up to 256 ids, u16 up to 65536, else u32.
[[nodiscard]] storage::ElementType token_type(int vocabulary) noexcept;
/// Whether `type` is one of these.
[[nodiscard]] bool is_token_type(storage::ElementType type) noexcept;
/// Reads out.size() stored tokens. @param stored out.size() * size_of(type) bytes
void unpack_tokens(std::span<const std::byte> stored, storage::ElementType type, std::span<std::int32_t> out);
/// Appends tokens as they are stored. Little-endian, as the machine is.
void pack_tokens(std::span<const std::int32_t> tokens, storage::ElementType type, std::vector<std::byte>& stored);

}  // namespace genloss::workers
