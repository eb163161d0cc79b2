#pragma once
// What is known of each shard of a corpus, in a file of fixed records: a corpus may have millions of shards, and no
// rank holds them.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <span>
#include <utility>
#include <vector>

#include "storage/corpus/corpus_manifest.hpp"

namespace genloss::storage {

/// A shard's record, and what all shards before it hold together.
struct ShardPlace {
  ShardRecord record;
  ShardCounts before;
};

/// corpus/shards.table, read lazily. Layout, little-endian: a head (8 bytes "GLSHARDS", u32 version, u32 bytes of a
/// record, u64 shards, u32 records of a block, u32 zero, 32 bytes recipe), a record of 112 bytes for each shard (eight
/// u64: what the shards before hold - samples, values, prompt values, ended samples - and what this one holds; u64
/// bytes of the file, u32 its CRC32C, u32 zero, 32 bytes digest of the content), an index of 64 bytes for each block of
/// records (what the shards before hold; SHA-256 of the block), and SHA-256 over head and index: the table's digest,
/// which the manifest names.
///
/// Opening reads head and index (64 bytes for 256 shards); a block of records is read, and compared with its digest,
/// when one of its shards is asked for, and the last few are kept. Not thread-safe.
class ShardTable {
 public:
  /// @param manifest of the corpus: which table it has to be
  /// @throws Error(bad_data) if the table is missing, damaged or another one
  ShardTable(const std::filesystem::path& corpus, const CorpusManifest& manifest);

  [[nodiscard]] std::uint64_t shards() const noexcept { return shards_; }
  /// @throws Error(bad_data) if its block is damaged; Error(internal) if there is no such shard
  [[nodiscard]] ShardPlace at(std::uint64_t shard) const;

  /// Something that shards hold, counted in total: never less for more shards.
  using Amount = std::function<std::uint64_t(const ShardCounts&)>;
  /// The last shard before which there is at most `amount` of it. Needs a shard to be there.
  [[nodiscard]] ShardPlace find(std::uint64_t amount, const Amount& amount_of) const;

  /// Bytes that this object holds in memory: grows by 64 for 256 shards, and not with what has been read.
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  struct Block {
    ShardCounts before;
    Digest digest;
  };
  using Places = std::vector<ShardPlace>;
  [[nodiscard]] const Places& block(std::size_t number) const;
  [[nodiscard]] Places read_block(std::size_t number) const;
  [[noreturn]] void refuse(const std::string& cause) const;

  std::filesystem::path file_;
  std::uint64_t shards_ = 0;
  ShardCounts all_;
  std::vector<Block> index_;
  mutable std::list<std::pair<std::size_t, Places>> kept_;  // most recent first
  mutable std::vector<ShardPlace> found_;                   // what find() has found last, in turn overwritten
  mutable std::size_t next_found_ = 0;
};

/// Writes corpus/shards.table. @return its digest
[[nodiscard]] Digest write_shard_table(const std::filesystem::path& corpus, const Digest& recipe,
                                       std::span<const ShardRecord> shards);
[[nodiscard]] std::filesystem::path shard_table_path(const std::filesystem::path& corpus);

/// Reads every record. @return the corpus digest as the records say (CorpusManifest::content)
[[nodiscard]] Digest digest_of_table(const ShardTable& table, const CorpusFormat& format);

}  // namespace genloss::storage
