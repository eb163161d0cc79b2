#pragma once
// zlib and gzip streams.

#include <cstdint>
#include <span>
#include <vector>

namespace genloss::storage {

/// @param most_bytes a stream that holds more is refused, so that a damaged file cannot take all memory
/// @throws std::runtime_error if the stream is damaged, cut off, or larger
[[nodiscard]] std::vector<std::byte> inflate_stream(std::span<const std::byte> stream, std::uint64_t most_bytes);

}  // namespace genloss::storage
