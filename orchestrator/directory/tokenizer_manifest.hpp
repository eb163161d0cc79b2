#pragma once
// tokenizer/manifest.json: what the tokenizer of a run is, and what made it.

#include <filesystem>

#include "storage/files/digest.hpp"

namespace genloss::orchestrator {

struct TokenizerManifest {
  storage::Digest recipe;
  storage::Digest tokenizer;  ///< workers::Tokenizer::digest
};

void write_tokenizer_manifest(const std::filesystem::path& directory, const TokenizerManifest& manifest);
/// @throws Error(bad_data) if it is missing or damaged
[[nodiscard]] TokenizerManifest read_tokenizer_manifest(const std::filesystem::path& directory);

}  // namespace genloss::orchestrator
