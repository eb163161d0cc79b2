#pragma once
// Checkpoints: a directory per step, a slice file per rank, one manifest, one rename. Readable at any rank count.
//
// These functions are what ONE rank does; agreement between ranks (everyone has written, only rank 0 looks) is the
// caller's.
//   rank r: write_slice(partial, r, ...)   -> all agree -> rank 0: seal(partial, final, manifest) -> all go on

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "storage/files/digest.hpp"

namespace genloss::storage {

/// A contiguous part [begin, begin + count) of every flat state vector.
struct SliceRecord {
  std::uint64_t rank = 0, begin = 0, count = 0, file_bytes = 0;
  std::uint32_t crc32c = 0;
};
struct NamedVector {
  std::string name;               ///< e.g. "parameters", "first_moment", "second_moment"
  std::span<const float> values;  ///< this rank's part
};

struct CheckpointManifest {
  std::uint64_t step = 0;
  std::uint64_t elements = 0;  ///< length of each whole vector
  Digest recipe;               ///< of the model being trained; a checkpoint of another recipe is never loaded
  std::vector<std::string> vectors;
  std::vector<SliceRecord> slices;  ///< cover [0, elements) without hole or overlap
  nlohmann::json position;          ///< whatever the trainer needs besides vectors
};

/// "checkpoints/step-000200"
[[nodiscard]] std::filesystem::path checkpoint_path(const std::filesystem::path& checkpoints, std::uint64_t step);
/// Writes and fsyncs `partial/slice-00003.bin`. @throws Error(input_output)
[[nodiscard]] SliceRecord write_slice(const std::filesystem::path& partial, std::uint64_t rank, std::uint64_t begin,
                                      std::span<const NamedVector> vectors);
/// Manifest, fsync, rename of `partial` to `final`, fsync of the parent; then deletes all but the newest `keep` (>= 2).
void seal_checkpoint(const std::filesystem::path& partial, const std::filesystem::path& final_path,
                     const CheckpointManifest& manifest, int keep);
/// Newest sealed checkpoint, if there is any. @throws Error(bad_data) if it exists and its manifest does not load or
/// slices are missing or of the wrong size: with the hint to remove that directory to go back to the one before
[[nodiscard]] std::optional<std::filesystem::path> newest_checkpoint(const std::filesystem::path& checkpoints);
[[nodiscard]] CheckpointManifest read_checkpoint_manifest(const std::filesystem::path& checkpoint);
/// Fills `out` with elements [begin, begin + out.size()) of `vector`, from whatever slices hold them; slices that are
/// read are checked against their CRC32C. @throws Error(bad_data)
void read_checkpoint_vector(const std::filesystem::path& checkpoint, const CheckpointManifest& manifest,
                            const std::string& vector, std::uint64_t begin, std::span<float> out);

}  // namespace genloss::storage
