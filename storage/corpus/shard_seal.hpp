#pragma once
// The last bytes of a sealed shard file: a CRC32C over all of it but the values themselves.
//
// HDF5 of this format has no checksums of its own, and its library may crash on damaged metadata. So metadata, offsets
// and columns are checked here before the library sees the file; it does not mind bytes behind its own. Values stay out
// of it, because opening a shard must not cost the reading of all of it; their truth is the content digest.

#include <cstdint>
#include <filesystem>
#include <vector>

namespace genloss::storage {

/// Bytes [begin, begin + count) of a file.
struct Extent {
  std::uint64_t begin = 0, count = 0;
};

/// Appends the seal to a closed HDF5 file. @param values where the values are, ascending
void append_shard_seal(const std::filesystem::path& file, const std::vector<Extent>& values);
/// @throws Error(bad_data) naming the file if it has no seal or does not fit it
void check_shard_seal(const std::filesystem::path& file);

}  // namespace genloss::storage
