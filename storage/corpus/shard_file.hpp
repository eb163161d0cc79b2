#pragma once
// The HDF5 side of writing a shard: blocks go in, a closed file of reproducible bytes comes out.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/corpus/shard.hpp"
#include "storage/corpus/shard_content.hpp"
#include "storage/hdf5/file.hpp"

namespace genloss::storage {

/// A file that is being written. Removed by the destructor, unless release() was called after close().
class ShardFile {
 public:
  /// Creates `path` with all root attributes but "content". @throws Error(input_output)
  ShardFile(std::filesystem::path path, const CorpusFormat& format, const ShardIdentity& identity);
  ~ShardFile();
  ShardFile(const ShardFile&) = delete;
  ShardFile& operator=(const ShardFile&) = delete;

  /// Writes a block and flushes: after a SIGKILL the file opens with everything up to here.
  void write(const ShardBlock& block);
  /// Writes the last block. If it is the only one: in one piece, of exact size.
  void write_last(const ShardBlock& block) { put_block(block); }
  /// Adds the checksums of blocks of values and the content digest, closes, and appends the seal (shard_seal.hpp).
  void close(const Digest& content);
  void release() noexcept { path_.clear(); }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void put(hdf5::Dataset& dataset, const std::string& name, ElementType type, std::uint64_t chunk,
           std::span<const std::byte> data);
  void put_block(const ShardBlock& block);
  [[nodiscard]] hdf5::Context context() const { return {"write shard", path_, ExitCode::input_output}; }

  std::filesystem::path path_;
  CorpusFormat format_;
  bool growing_ = false;  ///< data sets are chunked, because a block was written before the end was known
  hdf5::Handle file_;
  BlockChecks checks_;
  hdf5::Dataset values_, offsets_, prompts_;
  std::vector<hdf5::Dataset> columns_;
};

}  // namespace genloss::storage
