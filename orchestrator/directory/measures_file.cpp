#include "orchestrator/directory/measures_file.hpp"

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace {
constexpr auto measures_schema = "genloss measures";
constexpr int measures_version = 2;

nlohmann::ordered_json text_or_null(const std::optional<storage::Digest>& digest) {
  return digest ? nlohmann::ordered_json(digest->text()) : nlohmann::ordered_json();
}
std::optional<storage::Digest> digest_or_null(const nlohmann::json& value) {
  if (value.is_null()) return std::nullopt;
  return storage::Digest::parse(value.get<std::string>());
}
}  // namespace

std::vector<workers::Measure> MeasuresFile::all() const {
  std::vector<workers::Measure> both = of_model;
  both.insert(both.end(), of_corpus.begin(), of_corpus.end());
  return both;
}

void write_measures(const std::filesystem::path& file, const MeasuresFile& measures) {
  nlohmann::ordered_json body;
  body["generation"] = measures.generation;
  body["model"] = measures.model.text();
  body["corpus"] = text_or_null(measures.corpus);
  body["recipe"] = text_or_null(measures.recipe);
  body["model_measures"] = workers::to_json(measures.of_model);
  body["corpus_measures"] = workers::to_json(measures.of_corpus);
  if (!measures.of_human.empty()) body["human_measures"] = workers::to_json(measures.of_human);
  storage::write_json_durably(file, measures_schema, measures_version, std::move(body));
}

MeasuresFile read_measures(const std::filesystem::path& file) {
  const nlohmann::json body = storage::read_json(file, measures_schema, measures_version);
  try {
    MeasuresFile measures;
    measures.generation = body.at("generation").get<int>();
    measures.model = storage::Digest::parse(body.at("model").get<std::string>());
    measures.corpus = digest_or_null(body.at("corpus"));
    measures.recipe = digest_or_null(body.at("recipe"));
    measures.of_model = workers::measures_from_json(body.at("model_measures"));
    measures.of_corpus = workers::measures_from_json(body.at("corpus_measures"));
    if (body.contains("human_measures")) measures.of_human = workers::measures_from_json(body.at("human_measures"));
    return measures;
  } catch (const nlohmann::json::exception& e) {
    throw Error(ExitCode::bad_data, "read measures", file.string(), e.what(),
                "remove the file to measure this generation again");
  }
}

}  // namespace genloss::orchestrator
