#pragma once
// Probabilities of every symbol in every replicate, and the files they are kept in.

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace genloss::workers {

struct CategoricalModel {
  std::uint64_t replicates = 0, symbols = 0;
  std::vector<double> probabilities;  ///< [replicates, symbols]

  [[nodiscard]] std::span<const double> of(std::uint64_t replicate) const {
    return std::span(probabilities).subspan(replicate * symbols, symbols);
  }
};

/// Writes model.safetensors (`probabilities` F64) and config.json, durably.
void save_categorical(const CategoricalModel& model, const std::filesystem::path& directory);
/// @throws Error(bad_data) if it is not such a model
[[nodiscard]] CategoricalModel load_categorical(const std::filesystem::path& directory);

}  // namespace genloss::workers
