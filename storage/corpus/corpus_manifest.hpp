#pragma once
// What a corpus is, without opening any of its shards.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "storage/corpus/element_type.hpp"
#include "storage/files/digest.hpp"

namespace genloss::storage {

/// What is fixed for all shards of one corpus before the first sample is drawn.
struct CorpusFormat {
  ElementType values = ElementType::u8;                      ///< tokens u8 / u16 / u32, reals f64
  bool ragged = true;                                        ///< samples of different lengths (has `offsets`)
  std::uint64_t sample_values = 0;                           ///< values per sample when not ragged
  std::vector<std::pair<std::string, ElementType>> columns;  ///< one number per sample, e.g. {"log_probability", f64}
  /// For readers of the files alone: attributes `unit` and `meaning` of the data sets. In no digest, and not read back.
  struct Note {
    std::string unit, meaning;
  };
  std::vector<Note> notes{};  ///< of the first columns, as far as they go
};

/// Column of formats whose samples can end by themselves, and its value for those that did.
inline constexpr const char* stop_column = "stop_reason";
inline constexpr double stop_ended = 1;

/// Metadata of one sealed shard; trivially copyable, it is what a rank reports to rank 0.
struct ShardRecord {
  std::uint64_t shard = 0, first_sample = 0, samples = 0;
  std::uint64_t values = 0;         ///< all values
  std::uint64_t prompt_values = 0;  ///< of these, values that were given as prompts
  std::uint64_t ended_samples = 0;  ///< samples whose column stop_reason is `stop_ended`; the others were cut
  std::uint64_t file_bytes = 0;
  std::uint32_t file_crc32c = 0;
  Digest content;  ///< over the logical content (see ShardWriter)
};

/// What shards hold together.
struct ShardCounts {
  std::uint64_t samples = 0, values = 0, prompt_values = 0, ended_samples = 0;
  ShardCounts& operator+=(const ShardCounts& other) noexcept;
  bool operator==(const ShardCounts&) const = default;
};
[[nodiscard]] ShardCounts counts_of(const ShardRecord& shard) noexcept;

/// A corpus in summary; what is known of each shard is in its table (shard_table.hpp).
struct CorpusManifest {
  Digest recipe;  ///< all that determines it
  Digest model;   ///< that it is drawn from
  int generation = 0;
  CorpusFormat format;
  std::uint64_t shards = 0;
  ShardCounts totals{};
  Digest content{};  ///< the corpus digest: CorpusHash over format and shards in order
  Digest table{};    ///< of the table of shards
  [[nodiscard]] std::uint64_t samples() const noexcept { return totals.samples; }
  [[nodiscard]] std::uint64_t values() const noexcept { return totals.values; }
  [[nodiscard]] std::uint64_t prompt_values() const noexcept { return totals.prompt_values; }
  [[nodiscard]] std::uint64_t ended_samples() const noexcept { return totals.ended_samples; }
  [[nodiscard]] const Digest& digest() const noexcept { return content; }
};

/// SHA-256 over format and shard contents in order: the corpus digest.
class CorpusHash {
 public:
  CorpusHash(const CorpusFormat& format, std::uint64_t shards);
  void add(const ShardRecord& shard) { hash_.digest(shard.content); }
  [[nodiscard]] Digest finish() { return hash_.finish(); }

 private:
  Sha256 hash_;
};

/// corpus/shards/00/000000.h5: 256 files a folder.
[[nodiscard]] std::filesystem::path shard_path(const std::filesystem::path& corpus, std::uint64_t shard);
/// Writes the table of shards, then manifest.json: from then on the corpus is complete.
/// @param manifest recipe, model, generation and format; what follows from the shards is filled in and returned
/// @param shards all of them, ascending from 0; their samples ascend from 0 without a hole
CorpusManifest write_corpus_manifest(const std::filesystem::path& corpus, CorpusManifest manifest,
                                     std::span<const ShardRecord> shards);
/// The summary alone, whatever the number of shards. @throws Error(bad_data) if missing, damaged or of another version
[[nodiscard]] CorpusManifest read_corpus_manifest(const std::filesystem::path& corpus);

}  // namespace genloss::storage
