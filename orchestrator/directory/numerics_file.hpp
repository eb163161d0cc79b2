#pragma once
// numerics.json: the numerics key that a run was begun under, and goes on under.

#include <filesystem>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "workers/numerics/numerics_key.hpp"

namespace genloss::orchestrator {

[[nodiscard]] nlohmann::ordered_json to_json(const workers::numerics::NumericsKey& key);
/// @param object what is read, for errors. @throws Error(bad_data) if it is no key that this program knows
[[nodiscard]] workers::numerics::NumericsKey numerics_from_json(const nlohmann::json& json, const std::string& object);

/// Nothing if the run has none yet. @throws Error(bad_data) if it is damaged
[[nodiscard]] std::optional<workers::numerics::NumericsKey> read_numerics(const std::filesystem::path& file);
void write_numerics(const std::filesystem::path& file, const workers::numerics::NumericsKey& key);

}  // namespace genloss::orchestrator
