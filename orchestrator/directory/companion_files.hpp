#pragma once
// Files of an artefact that its digest does not cover, such as config.json beside weights: a manifest names them, each
// with its checksum, so that a changed, a missing and an extra one are told apart.

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace genloss::orchestrator {

/// Name -> CRC32C of the bytes.
using CompanionFiles = std::map<std::string, std::uint32_t>;

/// The regular files in `folder`, but for manifest.json, made-by.json and `others`.
[[nodiscard]] CompanionFiles companion_files(const std::filesystem::path& folder,
                                             std::initializer_list<std::string_view> others);
[[nodiscard]] nlohmann::ordered_json to_json(const CompanionFiles& files);
/// @throws nlohmann::json::exception if it is none
[[nodiscard]] CompanionFiles companion_files_from(const nlohmann::json& json);

}  // namespace genloss::orchestrator
