#pragma once
// What a corpus is, without opening any of its shards.

#include <cstdint>
#include <filesystem>
#include <map>
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

struct CorpusManifest {
  Digest recipe;  ///< all that determines it
  Digest model;   ///< that it is drawn from
  int generation = 0;
  CorpusFormat format;
  std::vector<ShardRecord> shards;  ///< ascending, without holes
  [[nodiscard]] std::uint64_t samples() const noexcept;
  [[nodiscard]] std::uint64_t values() const noexcept;
  [[nodiscard]] std::uint64_t prompt_values() const noexcept;
  [[nodiscard]] std::uint64_t ended_samples() const noexcept;
  /// SHA-256 over format and shard contents in order: the corpus digest.
  [[nodiscard]] Digest digest() const;
};

/// corpus/shards/00/000000.h5: 256 files a folder.
[[nodiscard]] std::filesystem::path shard_path(const std::filesystem::path& corpus, std::uint64_t shard);
void write_corpus_manifest(const std::filesystem::path& corpus, const CorpusManifest& manifest);
/// @throws Error(bad_data) if missing, damaged, of another schema version, or its digest does not fit its lines
[[nodiscard]] CorpusManifest read_corpus_manifest(const std::filesystem::path& corpus);

}  // namespace genloss::storage
