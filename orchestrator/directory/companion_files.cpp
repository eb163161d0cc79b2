#include "orchestrator/directory/companion_files.hpp"

#include <algorithm>

#include "storage/files/digest.hpp"

namespace genloss::orchestrator {

CompanionFiles companion_files(const std::filesystem::path& folder, std::initializer_list<std::string_view> others) {
  CompanionFiles files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool other = name == "manifest.json" || name == "made-by.json" ||
                       std::find(others.begin(), others.end(), name) != others.end();
    if (entry.is_regular_file() && !other) files[name] = storage::crc32c_of_file(entry.path());
  }
  return files;
}

nlohmann::ordered_json to_json(const CompanionFiles& files) {
  auto json = nlohmann::ordered_json::object();
  for (const auto& [name, crc] : files) json[name] = crc;
  return json;
}

CompanionFiles companion_files_from(const nlohmann::json& json) {
  CompanionFiles files;
  for (const auto& [name, crc] : json.items()) files[name] = crc.get<std::uint32_t>();
  return files;
}

}  // namespace genloss::orchestrator
