#include "storage/corpus/corpus_format.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "jobs/error.hpp"

namespace genloss::storage {
namespace {

constexpr std::array<ElementType, 7> all_types = {ElementType::u8,  ElementType::u16, ElementType::u32,
                                                  ElementType::i64, ElementType::u64, ElementType::f32,
                                                  ElementType::f64};

ElementType type_from(const nlohmann::json& json) {
  const auto& name = json.get_ref<const std::string&>();
  const auto* const found =
      std::find_if(all_types.begin(), all_types.end(), [&](ElementType type) { return file_name_of(type) == name; });
  if (found == all_types.end()) {
    throw Error(ExitCode::bad_data, "read corpus format", "'" + name + "'", "is not an element type");
  }
  return *found;
}

}  // namespace

std::string file_name_of(ElementType type) {
  std::string name(safetensors_name(type));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

void check_format(const CorpusFormat& format) {
  std::set<std::string_view> names = {"values", "values_crc32c", "offsets", "prompt_length"};
  const auto fail = [](const std::string& object, const char* cause) {
    throw Error(ExitCode::internal, "check corpus format", object, cause);
  };
  if (!format.ragged && format.sample_values == 0) fail("sample_values", "samples of fixed length need a length");
  for (const auto& [name, type] : format.columns) {
    const bool plain = !name.empty() && name.size() <= 64 &&
                       name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    if (!plain) fail("column '" + name + "'", "names are of a-z, 0-9 and _");
    if (!names.insert(name).second) fail("column '" + name + "'", "the name is taken");
  }
}

nlohmann::ordered_json to_json(const CorpusFormat& format) {
  nlohmann::ordered_json json = {{"values", file_name_of(format.values)}, {"ragged", format.ragged}};
  if (!format.ragged) json["sample_values"] = format.sample_values;
  auto& columns = json["columns"] = nlohmann::ordered_json::array();
  for (const auto& [name, type] : format.columns) columns.push_back({{"name", name}, {"type", file_name_of(type)}});
  return json;
}

CorpusFormat format_from(const nlohmann::json& json) {
  CorpusFormat format;
  format.values = type_from(json.at("values"));
  json.at("ragged").get_to(format.ragged);
  if (!format.ragged) json.at("sample_values").get_to(format.sample_values);
  for (const auto& column : json.at("columns")) {
    format.columns.emplace_back(column.at("name").get<std::string>(), type_from(column.at("type")));
  }
  return format;
}

Digest digest_of(const CorpusFormat& format) {
  Sha256 hash;
  hash.text("genloss format 1").text(file_name_of(format.values)).number(format.ragged ? 1 : 0);
  hash.number(format.ragged ? 0 : format.sample_values).number(format.columns.size());
  for (const auto& [name, type] : format.columns) hash.text(name).text(file_name_of(type));
  return hash.finish();
}

}  // namespace genloss::storage
