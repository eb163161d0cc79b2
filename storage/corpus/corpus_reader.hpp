#pragma once
// Random access to the samples of a corpus of any number of shards, with few open files.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/corpus/corpus_manifest.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/corpus/shard_table.hpp"

namespace genloss::storage {

/// Process-wide least-recently-used cache of open shards. Not thread-safe (HDF5 is not).
class ShardCache {
 public:
  explicit ShardCache(std::size_t capacity = 384) : capacity_(capacity) {}
  /// Open until other files are opened: the most recent ones stay, as many as hold `most_bytes` together.
  [[nodiscard]] ShardReader& open(const std::filesystem::path& file);
  /// Closes a file that is to be replaced.
  void close(const std::filesystem::path& file);
  /// How often a file has been opened.
  [[nodiscard]] std::uint64_t openings() const noexcept { return openings_; }
  /// Closes all files: one that is removed takes its place on the disk until then.
  void clear() noexcept {
    index_.clear();
    entries_.clear();
  }
  [[nodiscard]] std::size_t open_files() const noexcept { return entries_.size(); }

 private:
  using Entry = std::pair<std::string, ShardReader>;
  static constexpr std::size_t most_bytes = std::size_t{1} << 28;
  std::size_t capacity_;
  std::uint64_t openings_ = 0;
  std::list<Entry> entries_;  // most recent first
  std::unordered_map<std::string, std::list<Entry>::iterator> index_;
};

/// A sealed corpus. Construction reads the manifest and opens the table of shards. Not thread-safe.
class CorpusReader {
 public:
  /// @param cache shared by all corpora of the process
  CorpusReader(std::filesystem::path corpus, std::shared_ptr<ShardCache> cache);

  [[nodiscard]] const CorpusManifest& manifest() const noexcept { return manifest_; }
  [[nodiscard]] const ShardTable& table() const noexcept { return table_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::uint64_t samples() const noexcept { return manifest_.samples(); }
  /// The shard that holds `sample`.
  [[nodiscard]] ShardPlace shard_of(std::uint64_t sample) const;
  /// Runs `action` on a shard, opened now if it is not in the cache. It is the shard that the table means, and what is
  /// read of it is compared with its checksums: nothing damaged is trained on or measured.
  /// @throws Error(bad_data) if it is missing, damaged or another shard; which one is noted
  void use(const ShardRecord& shard, const std::function<void(const ShardReader&)>& action) const;
  /// Shards that were found missing, damaged or foreign.
  [[nodiscard]] const std::set<std::uint64_t>& damaged() const noexcept { return damaged_; }
  /// The corpus is whole again; the files of these shards have been replaced.
  void renew(const std::set<std::uint64_t>& replaced);
  /// All values of one sample as bytes of the value type.
  [[nodiscard]] std::vector<std::byte> sample_values(std::uint64_t sample) const;

 private:
  std::filesystem::path path_;
  std::shared_ptr<ShardCache> cache_;
  CorpusManifest manifest_;
  ShardTable table_;
  [[nodiscard]] const ShardReader& open(const ShardRecord& shard) const;
  mutable std::set<std::uint64_t> damaged_;
};

}  // namespace genloss::storage
