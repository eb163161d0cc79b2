#include "orchestrator/directory/numerics_file.hpp"

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace {

using workers::numerics::Instructions;
using workers::numerics::NumericsKey;

constexpr auto numerics_schema = "genloss numerics";
constexpr int numerics_file_version = 1;

}  // namespace

nlohmann::ordered_json to_json(const NumericsKey& key) {
  return {{"instructions", setting_of(key.instructions)},
          {"libm", key.libm},
          {"libtorch", key.torch},
          {"gpu", key.gpu},
          {"numerics", key.version}};
}

NumericsKey numerics_from_json(const nlohmann::json& json, const std::string& object) {
  const auto refuse = [&](const std::string& cause) -> NumericsKey {
    throw Error(ExitCode::bad_data, "read numerics key", object, cause, "restore it from a copy of the run");
  };
  try {
    const auto& name = json.at("instructions").get_ref<const std::string&>();
    for (const auto set : {Instructions::baseline, Instructions::avx2, Instructions::avx512}) {
      if (setting_of(set) != name) continue;
      return {set, json.at("libm").get<std::string>(), json.at("libtorch").get<std::string>(),
              json.at("gpu").get<std::string>(), json.at("numerics").get<int>()};
    }
    return refuse("no instruction set is called '" + name + "'");
  } catch (const nlohmann::json::exception& e) {
    return refuse(e.what());
  }
}

std::optional<NumericsKey> read_numerics(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  return numerics_from_json(storage::read_json(file, numerics_schema, numerics_file_version), file.string());
}

void write_numerics(const std::filesystem::path& file, const NumericsKey& key) {
  storage::write_json_durably(file, numerics_schema, numerics_file_version, to_json(key));
}

}  // namespace genloss::orchestrator
