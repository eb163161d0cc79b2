#include "orchestrator/directory/model_manifest.hpp"

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace {
constexpr auto model_schema = "genloss model";
constexpr int model_version = 3;
}  // namespace

void write_model_manifest(const std::filesystem::path& model, const ModelManifest& manifest) {
  nlohmann::ordered_json body;
  body["generation"] = manifest.generation;
  body["digest"] = manifest.model.text();
  body["recipe"] = manifest.recipe.text();
  body["mix"] = manifest.mix.text();
  body["parent"] = manifest.parent ? nlohmann::ordered_json(manifest.parent->text()) : nlohmann::ordered_json();
  body["steps"] = manifest.steps;
  body["tokens"] = manifest.tokens;
  body["files"] = to_json(companion_files(model, {"model.safetensors"}));
  storage::write_json_durably(model / "manifest.json", model_schema, model_version, std::move(body));
}

ModelManifest read_model_manifest(const std::filesystem::path& model) {
  const auto file = model / "manifest.json";
  const nlohmann::json body = storage::read_json(file, model_schema, model_version);
  try {
    ModelManifest manifest;
    manifest.generation = body.at("generation").get<int>();
    manifest.model = storage::Digest::parse(body.at("digest").get<std::string>());
    manifest.recipe = storage::Digest::parse(body.at("recipe").get<std::string>());
    manifest.mix = storage::Digest::parse(body.at("mix").get<std::string>());
    if (!body.at("parent").is_null()) manifest.parent = storage::Digest::parse(body.at("parent").get<std::string>());
    manifest.steps = body.at("steps").get<std::uint64_t>();
    manifest.tokens = body.at("tokens").get<std::uint64_t>();
    manifest.files = companion_files_from(body.at("files"));
    return manifest;
  } catch (const nlohmann::json::exception& e) {
    throw Error(ExitCode::bad_data, "read model manifest", file.string(), e.what(),
                "remove the model folder to train this generation again");
  }
}

}  // namespace genloss::orchestrator
