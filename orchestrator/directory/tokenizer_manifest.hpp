#pragma once
// tokenizer/manifest.json: what the tokenizer of a run is, and what made it.

#include <filesystem>

#include "orchestrator/directory/companion_files.hpp"
#include "storage/files/digest.hpp"

namespace genloss::orchestrator {

struct TokenizerManifest {
  storage::Digest recipe;
  storage::Digest tokenizer;  ///< workers::Tokenizer::digest
  CompanionFiles files{};     ///< those that lie there when the manifest is written
};

void write_tokenizer_manifest(const std::filesystem::path& directory, const TokenizerManifest& manifest);
/// @throws Error(bad_data) if it is missing or damaged
[[nodiscard]] TokenizerManifest read_tokenizer_manifest(const std::filesystem::path& directory);

}  // namespace genloss::orchestrator
