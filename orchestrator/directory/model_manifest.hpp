#pragma once
// model/manifest.json: what a model is, and which data made it.

#include <cstdint>
#include <filesystem>
#include <optional>

#include "orchestrator/directory/companion_files.hpp"
#include "storage/files/digest.hpp"

namespace genloss::orchestrator {

struct ModelManifest {
  int generation = 0;
  storage::Digest recipe;                 ///< all that determines it
  storage::Digest mix;                    ///< what it was trained on
  std::optional<storage::Digest> parent;  ///< model it started from, if it did not start fresh
  storage::Digest model;                  ///< of the weights by name (storage::weights_digest)
  std::uint64_t steps = 0, tokens = 0;
  CompanionFiles files{};  ///< beside the weights; those that lie there when the manifest is written
};

void write_model_manifest(const std::filesystem::path& model, const ModelManifest& manifest);
/// @throws Error(bad_data) if it is missing or damaged
[[nodiscard]] ModelManifest read_model_manifest(const std::filesystem::path& model);

}  // namespace genloss::orchestrator
