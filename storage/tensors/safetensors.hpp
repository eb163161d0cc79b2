#pragma once
// Weights by name: the safetensors format (huggingface/safetensors, README and tensor.rs).

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/corpus/element_type.hpp"
#include "storage/files/digest.hpp"

namespace genloss::storage {

/// A read-only memory map of one .safetensors file, checked on opening as the reference implementation checks
/// (header size, JSON, dtypes, shapes, offsets without hole or overlap, no trailing bytes).
class SafetensorsFile {
 public:
  /// @throws Error(bad_data) naming file, tensor and rule
  explicit SafetensorsFile(const std::filesystem::path& path);
  ~SafetensorsFile();
  SafetensorsFile(SafetensorsFile&&) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept;
  SafetensorsFile(const SafetensorsFile&) = delete;
  SafetensorsFile& operator=(const SafetensorsFile&) = delete;
  [[nodiscard]] const std::map<std::string, TensorView>& tensors() const noexcept;
  [[nodiscard]] const TensorView& at(
      const std::string& name) const;  ///< @throws Error(bad_data) naming file and tensor
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Writes and fsyncs `path` (directly: it is meant for a partial directory that is renamed later). Tensors are ordered
/// by alignment (wide first), then name; "__metadata__" always has "format": "pt".
void write_safetensors(const std::filesystem::path& path,
                       const std::vector<std::pair<std::string, TensorView>>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

/// SHA-256 over (name, dtype, shape, bytes) of all tensors in name order: the model digest. Independent of file layout.
[[nodiscard]] Digest weights_digest(const std::filesystem::path& path);

}  // namespace genloss::storage
