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

/// Values are checked when they are read, block by block: so many bytes of them, whatever samples they belong to.
inline constexpr std::size_t checked_block_bytes = std::size_t{1} << 14;
/// Data set of shard files: a CRC32C for each block of `values`.
inline constexpr const char* checks_name = "values_crc32c";

/// The CRC32C of each block of values that come in pieces.
class BlockChecks {
 public:
  void add(std::span<const std::byte> data);
  /// All of them, the last block as long as it is. Once.
  [[nodiscard]] std::vector<std::uint32_t> finish();

 private:
  std::vector<std::uint32_t> checks_;
  std::uint32_t crc_ = 0;
  std::size_t filled_ = 0;  // bytes of the block that is not complete
};

/// Names and version in the root attributes of shard files.
inline constexpr const char* shard_schema = "genloss.shard";
inline constexpr std::uint64_t shard_version = 3;

}  // namespace genloss::storage
