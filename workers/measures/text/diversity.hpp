#pragma once
// How varied is a corpus? Numbers of unique things depend on how much is looked at, so all is measured in blocks of a
// fixed number of bytes, from the start of the corpus on.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workers/measures/bootstrap.hpp"

namespace genloss::workers {

/// Pieces of samples that together have the bytes of one block.
using TextBlock = std::vector<std::string_view>;

/// Cuts the first `bytes` bytes of the samples (or all, if there are fewer) into blocks of `block` bytes; what is left
/// over is dropped. Fewer bytes than a block give one shorter block.
[[nodiscard]] std::vector<TextBlock> cut_blocks(std::span<const std::string> samples, std::uint64_t bytes,
                                                std::uint64_t block);

/// Per block: unique n-grams of words, all of them. No n-gram runs from one sample into the next.
/// distinct-n (Li et al. 2016) is their ratio.
[[nodiscard]] GroupSums distinct_ngrams(std::span<const TextBlock> blocks, std::size_t n);

/// Per block: bytes, bytes after deflate (zlib, level 6). Their ratio, the compression ratio, rises as text gets
/// predictable.
[[nodiscard]] GroupSums compressed_bytes(std::span<const TextBlock> blocks);

}  // namespace genloss::workers
