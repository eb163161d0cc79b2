#pragma once
// What a shard's content digest covers, the same for writing and reading.

#include <cstdint>
#include <span>
#include <vector>

#include "storage/corpus/corpus_manifest.hpp"
#include "storage/files/digest.hpp"

namespace genloss::storage {

/// Samples that have been appended and not yet been written.
struct ShardBlock {
  std::vector<std::byte> values;
  std::vector<std::uint64_t> lengths;  ///< of samples; not written, but part of the content
  std::vector<std::uint64_t> offsets;  ///< ends of samples, in values of the shard; its first block begins with 0
  std::vector<std::uint32_t> prompts;
  std::vector<std::vector<std::byte>> columns;
  void clear();
};

/// SHA-256 over format, first sample, count, and the digests of lengths, prompt lengths, values and each column. Each
/// of these is one running hash, so the result does not depend on the blocks in which content comes. Who drew the shard
/// is not part of it: equal samples have equal digests.
class ContentHash {
 public:
  explicit ContentHash(const CorpusFormat& format);
  void lengths(std::span<const std::uint64_t> data) { lengths_.bytes(std::as_bytes(data)); }
  void prompt_lengths(std::span<const std::uint32_t> data) { prompts_.bytes(std::as_bytes(data)); }
  void values(std::span<const std::byte> data) { values_.bytes(data); }
  void column(std::size_t index, std::span<const std::byte> data) { columns_[index].bytes(data); }
  void add(const ShardBlock& block);
  [[nodiscard]] Digest finish(std::uint64_t first_sample, std::uint64_t samples);

 private:
  Digest format_;
  Sha256 lengths_, prompts_, values_;
  std::vector<Sha256> columns_;
};

/// Names and version in the root attributes of shard files.
inline constexpr const char* shard_schema = "genloss.shard";
inline constexpr std::uint64_t shard_version = 2;

}  // namespace genloss::storage
