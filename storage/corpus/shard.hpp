#pragma once
// One shard of a corpus: an append-only HDF5 file, one writer, sealed by fsync and rename.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/corpus/corpus_manifest.hpp"

namespace genloss::storage {

/// Root attributes of a shard file. Not of which study it is: several may share a corpus.
struct ShardIdentity {
  Digest recipe, model;  ///< of the corpus: all that determines it; the model it is drawn from
  int generation = 0;
  std::uint64_t shard = 0, first_sample = 0, last_sample = 0;  ///< last is inclusive
};

/// Writes one shard below `corpus`. Nothing is visible under the shard's name before seal(); an abandoned writer
/// removes its temporary file. Samples are given in ascending order of id.
class ShardWriter {
 public:
  /// @param attempt distinguishes temporary names of concurrent or dead attempts
  ShardWriter(const std::filesystem::path& corpus, CorpusFormat format, const ShardIdentity& identity,
              const std::string& attempt);
  ~ShardWriter();
  ShardWriter(ShardWriter&&) noexcept;
  ShardWriter& operator=(ShardWriter&&) noexcept;
  ShardWriter(const ShardWriter&) = delete;
  ShardWriter& operator=(const ShardWriter&) = delete;

  /// @param values the sample's values as bytes of format.values
  /// @param columns one value per column of the format, in its order (integers are converted exactly or refused)
  void append(std::span<const std::byte> values, std::span<const double> columns);
  /// How many of the last appended sample's values were a prompt (default 0).
  void mark_prompt(std::uint64_t values);
  /// Flushes, closes, fsyncs, renames. If a sealed shard of the same name exists, its content digest must be equal.
  /// @throws Error(internal) if it is not: sampling was not deterministic
  [[nodiscard]] ShardRecord seal();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads one sealed shard. All of it but the values is compared with its checksum on opening. Reading touches only what
/// is asked for; offsets and columns are read once and kept.
class ShardReader {
 public:
  explicit ShardReader(const std::filesystem::path& file);
  ~ShardReader();
  ShardReader(ShardReader&&) noexcept;
  ShardReader& operator=(ShardReader&&) noexcept;
  ShardReader(const ShardReader&) = delete;
  ShardReader& operator=(const ShardReader&) = delete;

  [[nodiscard]] const ShardIdentity& identity() const noexcept;
  [[nodiscard]] const CorpusFormat& format() const noexcept;
  /// The content digest that the writer left in the file; compare it with content_digest() to detect damage.
  [[nodiscard]] const Digest& stored_content() const noexcept;
  [[nodiscard]] std::uint64_t samples() const noexcept;
  /// First value of each sample and, last, the number of values: samples() + 1 numbers. For not ragged ones computed.
  [[nodiscard]] std::span<const std::uint64_t> offsets() const noexcept;
  [[nodiscard]] ElementType value_type() const noexcept;
  /// Values [begin, begin + n) where n = out.size() / size_of(value_type()). The blocks that hold them are compared
  /// with their checksums at every read. @throws Error(bad_data) if one is damaged
  void read_values(std::uint64_t begin, std::span<std::byte> out) const;
  /// One number per sample. @throws Error(bad_data) if there is no such column
  [[nodiscard]] std::vector<double> column(const std::string& name) const;
  /// Bytes that this object holds: offsets, columns and checksums.
  [[nodiscard]] std::size_t memory() const noexcept;
  /// Recomputes record().content from the file: the logical content digest. Never trusts stored digests.
  [[nodiscard]] Digest content_digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A sealed shard's record, recomputed from its file (used on resume for shards that were sealed but not yet
/// journalled).
/// @return nullopt if there is no file. @throws Error(bad_data) if there is one and it is damaged or another
/// corpus's
[[nodiscard]] std::optional<ShardRecord> inspect_shard(const std::filesystem::path& corpus, const CorpusFormat& format,
                                                       const ShardIdentity& expected);

/// Puts in the place of a sealed shard one with its first `samples` samples; their bytes are those of a shard that was
/// drawn so long. A kill on the way leaves the shard whole, cut, or missing.
/// @param attempt for temporary names
[[nodiscard]] ShardRecord cut_shard(const std::filesystem::path& corpus, const ShardIdentity& whole,
                                    std::uint64_t samples, const std::string& attempt);
/// Removes a shard that has been cut to fewer samples than `whole` has, if that is what is there.
void remove_cut_shard(const std::filesystem::path& corpus, const ShardIdentity& whole);
/// Drawn values of each sample of a sealed shard, prompts not counted.
[[nodiscard]] std::vector<std::uint64_t> drawn_values(const ShardReader& shard);

/// Removes the unsealed files that dead attempts left in the shard folders of a corpus. For the start of a run, when no
/// rank is writing.
void sweep_partial_shards(const std::filesystem::path& corpus);

}  // namespace genloss::storage
