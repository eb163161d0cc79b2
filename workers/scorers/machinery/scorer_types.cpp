#include <algorithm>
#include <map>
#include <utility>

#include "jobs/error.hpp"
#include "jobs/option_values.hpp"
#include "storage/tensors/safetensors.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::workers {
namespace {

// A function's, so that it is there before the first scorer registers.
std::map<std::string, ScorerType, std::less<>>& scorers() {
  static std::map<std::string, ScorerType, std::less<>> all;
  return all;
}

[[noreturn]] void refuse_address(std::string_view address, const std::string& cause, const std::string& hint) {
  throw Error(ExitCode::usage, "look up", "column " + std::string(address), cause, hint);
}

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& names, const std::string& otherwise) {
  const std::string near = jobs::nearest(wrong, names);
  if (!near.empty()) return "did you mean '" + near + "'?";
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all.empty() ? otherwise : "there are " + all;
}

}  // namespace

RegisteredScorer::RegisteredScorer(ScorerType type) {
  const std::string name = type.name;
  jobs::Registered entry{jobs::scorer_option, name, type.help, {}, {}, type.settings};
  entry.check = [name](const jobs::StudySpec& spec) {
    for (const jobs::ColumnOrder& column : spec.columns) {
      if (column.scorer == name) scorer_type(name).check(spec, column);
    }
  };
  jobs::add(std::move(entry));
  scorers().emplace(name, std::move(type));
}

const ScorerType& scorer_type(std::string_view name) {
  const auto found = scorers().find(name);
  if (found == scorers().end()) {
    (void)jobs::registered(jobs::scorer_option, name);  // says which there are
    throw Error(ExitCode::internal, "look up", "scorer " + std::string(name), "it registers settings and nothing else");
  }
  return found->second;
}

std::vector<const ScorerType*> scorer_types() {
  std::vector<const ScorerType*> all;
  for (const auto& [name, type] : scorers()) all.push_back(&type);
  return all;
}

storage::CorpusFormat format_of(const jobs::ColumnOrder& column) {
  const ScorerType& type = scorer_type(column.scorer);
  storage::CorpusFormat format;
  format.values = type.per_token(column) ? storage::ElementType::f32 : storage::ElementType::u8;
  format.ragged = true;
  for (const ColumnValue& value : type.values) {
    format.columns.emplace_back(value.name, value.type);
    format.notes.push_back({value.unit, value.meaning});
  }
  return format;
}

ColumnModel model_of(const jobs::ColumnOrder& column, int generation) {
  const ScorerType& type = scorer_type(column.scorer);
  if (type.model_setting.empty()) return {};
  const std::string said = jobs::setting_of(column, type.model_setting);
  if (said == "own") return {ColumnModel::Kind::generation, generation};
  const bool number = !said.empty() && said.find_first_not_of("0123456789") == std::string::npos;
  if (number) return {ColumnModel::Kind::generation, std::stoi(said)};
  return {ColumnModel::Kind::outside, 0, said};
}

storage::Digest digest_of(const ColumnModel& outside) {
  const auto weights = outside.folder / "model.safetensors";
  if (!std::filesystem::exists(weights)) {
    throw Error(ExitCode::bad_data, "read the model of a column", weights.string(), "no such file",
                "model= is `own`, the number of a generation, or the folder of a model");
  }
  return storage::weights_digest(weights);
}

ColumnAddress column_address(const jobs::StudySpec& study, std::string_view address) {
  const auto dot = address.find('.');
  const std::string_view name = address.substr(0, dot);
  const jobs::ColumnOrder* column = jobs::find_column(study, name);
  if (column == nullptr) {
    std::vector<std::string> names;
    for (const jobs::ColumnOrder& known : study.columns) names.push_back(known.name);
    refuse_address(address, "the study has no column of this name",
                   did_you_mean(name, names, "[columns] of the study file names columns: NAME = SCORER"));
  }
  const std::vector<ColumnValue>& values = scorer_type(column->scorer).values;
  std::vector<std::string> names;
  for (const ColumnValue& value : values) names.push_back(value.name);
  if (dot == std::string_view::npos) {
    if (values.size() == 1) return {column, values.front().name};
    refuse_address(address, "the scorer " + column->scorer + " writes more than one value",
                   "say which: " + std::string(name) + "." + names.front() + " ...; " + did_you_mean("", names, ""));
  }
  const std::string value(address.substr(dot + 1));
  if (std::find(names.begin(), names.end(), value) == names.end()) {
    refuse_address(address, "the scorer " + column->scorer + " writes no such value", did_you_mean(value, names, ""));
  }
  return {column, value};
}

std::vector<double> column_values(const storage::CorpusReader& columns, const std::string& value) {
  std::vector<double> all;
  all.reserve(columns.samples());
  for (std::uint64_t s = 0; s < columns.manifest().shards; ++s) {
    columns.use(columns.table().at(s).record, [&](const storage::ShardReader& shard) {
      const std::vector<double> part = shard.column(value);
      all.insert(all.end(), part.begin(), part.end());
    });
  }
  return all;
}

}  // namespace genloss::workers
