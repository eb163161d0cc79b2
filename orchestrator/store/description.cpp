#include "orchestrator/store/description.hpp"

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace {

constexpr auto description_schema = "genloss dropped artefact";
constexpr int description_version = 1;

}  // namespace

std::string dropped_kind(std::string_view kind) { return "dropped-" + std::string(kind); }

void write_description(const std::filesystem::path& folder, const Description& description) {
  nlohmann::ordered_json body;
  body["kind"] = description.kind;
  body["generation"] = description.generation;
  body["digest"] = description.digest.text();
  body["recipe"] = description.recipe.text();
  body["files"] = description.files;
  body["bytes"] = description.bytes;
  storage::write_json_durably(folder / description_file, description_schema, description_version, std::move(body));
}

std::optional<Description> read_description(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / description_file;
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return std::nullopt;
  const nlohmann::json body = storage::read_json(file, description_schema, description_version);
  try {
    Description description;
    description.kind = body.at("kind").get<std::string>();
    description.generation = body.at("generation").get<int>();
    description.digest = storage::Digest::parse(body.at("digest").get<std::string>());
    description.recipe = storage::Digest::parse(body.at("recipe").get<std::string>());
    description.files = body.at("files").get<std::uint64_t>();
    description.bytes = body.at("bytes").get<std::uint64_t>();
    return description;
  } catch (const nlohmann::json::exception& e) {
    throw Error(ExitCode::bad_data, "read description", file.string(), e.what(),
                "remove its folder: what it describes is then made again");
  }
}

}  // namespace genloss::orchestrator
