#include "orchestrator/directory/columns_file.hpp"

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "storage/corpus/corpus_format.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace {

constexpr auto columns_schema = "genloss columns";
constexpr int columns_version = 1;

nlohmann::ordered_json json_of(const workers::ColumnValue& value) {
  return {{"name", value.name},
          {"type", storage::file_name_of(value.type)},
          {"unit", value.unit},
          {"meaning", value.meaning}};
}

}  // namespace

std::filesystem::path columns_file(const std::filesystem::path& folder) { return folder / "columns.json"; }

void write_columns_file(const std::filesystem::path& folder, const ColumnsFile& content,
                        const jobs::ColumnOrder& column) {
  const workers::ScorerType& type = workers::scorer_type(column.scorer);
  nlohmann::ordered_json json{
      {"scorer", content.scorer}, {"recipe", content.recipe.text()}, {"corpus", content.corpus.text()}};
  if (content.model) json["model"] = content.model->text();
  json["values"] = nlohmann::ordered_json::array();
  for (const workers::ColumnValue& value : type.values) json["values"].push_back(json_of(value));
  if (type.per_token(column)) json["per_token"] = json_of(type.token_value);
  storage::write_json_durably(columns_file(folder), columns_schema, columns_version, json);
}

ColumnsFile read_columns_file(const std::filesystem::path& folder) {
  const auto file = columns_file(folder);
  const auto json = storage::read_json(file, columns_schema, columns_version);
  const auto digest = [&](const char* key) { return storage::Digest::parse(json.at(key).get<std::string>()); };
  try {
    ColumnsFile content{json.at("scorer").get<std::string>(), digest("recipe"), digest("corpus"), std::nullopt};
    if (json.contains("model")) content.model = digest("model");
    return content;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ExitCode::bad_data, "read", file.string(), error.what());
  }
}

}  // namespace genloss::orchestrator
