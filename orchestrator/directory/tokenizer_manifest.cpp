#include "orchestrator/directory/tokenizer_manifest.hpp"

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace {
constexpr auto tokenizer_schema = "genloss tokenizer";
constexpr int tokenizer_version = 2;
}  // namespace

void write_tokenizer_manifest(const std::filesystem::path& directory, const TokenizerManifest& manifest) {
  nlohmann::ordered_json body{{"digest", manifest.tokenizer.text()}, {"recipe", manifest.recipe.text()}};
  body["files"] = to_json(companion_files(directory, {}));
  storage::write_json_durably(directory / "manifest.json", tokenizer_schema, tokenizer_version, std::move(body));
}

TokenizerManifest read_tokenizer_manifest(const std::filesystem::path& directory) {
  const auto file = directory / "manifest.json";
  const nlohmann::json body = storage::read_json(file, tokenizer_schema, tokenizer_version);
  try {
    return {storage::Digest::parse(body.at("recipe").get<std::string>()),
            storage::Digest::parse(body.at("digest").get<std::string>()), companion_files_from(body.at("files"))};
  } catch (const nlohmann::json::exception& e) {
    throw Error(ExitCode::bad_data, "read tokenizer manifest", file.string(), e.what(),
                "remove the tokenizer folder to have it made again");
  }
}

}  // namespace genloss::orchestrator
