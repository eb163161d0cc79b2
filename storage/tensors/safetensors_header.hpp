#pragma once
// The JSON header of a .safetensors file, checked by the rules of the reference implementation
// (huggingface/safetensors, safetensors/src/tensor.rs).

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::storage {

struct StoredTensor {
  std::string name, type;  ///< the format's name of the type, e.g. "BF16"
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0, end = 0;  ///< bytes after the header
};

struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;  ///< ordered by offset
  std::map<std::string, std::string> metadata;
  std::uint64_t data = 0;  ///< where the tensors' bytes begin in the file
};

/// Bits of one element; 0 if the format knows no such type.
[[nodiscard]] std::uint64_t safetensors_bits(std::string_view type) noexcept;

/// Checks everything. Limits of our own: JSON nested deeper than 16 is refused.
/// @param file the whole file
/// @throws Error(bad_data) naming `path`, the tensor and the rule
[[nodiscard]] SafetensorsHeader read_safetensors_header(const std::filesystem::path& path,
                                                        std::span<const std::byte> file);

}  // namespace genloss::storage
