#pragma once
// Samples of a corpus that were chosen, written down: which they are, and where each stands.

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "storage/corpus/corpus_reader.hpp"
#include "storage/files/digest.hpp"
#include "storage/files/file.hpp"

namespace genloss::storage {

struct ChosenSample {
  std::uint64_t sample = 0;  ///< its id in the corpus
  std::uint64_t begin = 0;   ///< what the ones before it hold: drawn values, and one for each that ended
};

/// A list of samples of one corpus, in the order in which they are read; a sample may come more than once. In memory
/// where it was just made, else mapped from its file. Layout of the file, little-endian: a head of 64 bytes (8 bytes
/// "GLCHOSEN", u32 version, u32 bytes of an entry, four u64 of what all hold: samples, values, prompt values, ended
/// samples; 16 bytes zero), then an entry of two u64 (ChosenSample) for each.
class ChosenSamples {
 public:
  /// Opens the shards that hold them, unless all samples of the corpus have the same size.
  /// @throws Error(bad_data) if one is damaged
  ChosenSamples(const CorpusReader& corpus, std::span<const std::uint64_t> samples);
  /// @throws Error(bad_data) if the file is missing, damaged or another one than `expected`
  ChosenSamples(const std::filesystem::path& file, const Digest& expected);
  // Its entries lie within it.
  ChosenSamples(const ChosenSamples&) = delete;
  ChosenSamples& operator=(const ChosenSamples&) = delete;
  ~ChosenSamples() = default;
  /// Not synced: for what is committed later. @throws Error(input_output)
  void write(const std::filesystem::path& file) const;

  [[nodiscard]] std::uint64_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] const ChosenSample& operator[](std::uint64_t place) const { return entries_[place]; }
  /// What they hold together, each time it comes.
  [[nodiscard]] const ShardCounts& totals() const noexcept { return totals_; }
  /// Where the one after the last would begin.
  [[nodiscard]] std::uint64_t end() const noexcept {
    return totals_.values - totals_.prompt_values + totals_.ended_samples;
  }
  /// Place of the last that begins at `at` or before; there has to be one.
  [[nodiscard]] std::uint64_t find(std::uint64_t at) const;
  /// SHA-256 of the file.
  [[nodiscard]] const Digest& digest() const noexcept { return digest_; }

 private:
  std::vector<ChosenSample> made_;
  MappedFile map_;
  std::span<const ChosenSample> entries_;
  ShardCounts totals_;
  Digest digest_;
};

}  // namespace genloss::storage
