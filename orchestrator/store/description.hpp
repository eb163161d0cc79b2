#pragma once
// dropped.json: what is left of an artefact that was dropped. It lies in the store like the artefact did
// (.store/dropped-KIND/RECIPE/, with manifest.json, made-by.json and training.jsonl as far as it had them), and the run
// links to it instead.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "storage/files/digest.hpp"

namespace genloss::orchestrator {

inline constexpr auto description_file = "dropped.json";

struct Description {
  std::string kind;  ///< "model", "corpus"
  int generation = 0;
  storage::Digest recipe, digest;
  std::uint64_t files = 0, bytes = 0;  ///< that it had on disk
};

/// "dropped-model": the kind under which the store has descriptions of a kind.
[[nodiscard]] std::string dropped_kind(std::string_view kind);

void write_description(const std::filesystem::path& folder, const Description& description);
/// Nothing if the folder, or what a link leads to, is no description.
/// @throws Error(bad_data) if it is damaged
[[nodiscard]] std::optional<Description> read_description(const std::filesystem::path& folder);

}  // namespace genloss::orchestrator
