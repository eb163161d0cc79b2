#include "workers/measure.hpp"

#include <limits>

#include "jobs/error.hpp"

namespace genloss::workers {

nlohmann::ordered_json to_json(const std::vector<Measure>& measures) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& m : measures) {
    nlohmann::ordered_json j;
    j["name"] = m.name;
    // JSON has no infinity and no NaN: such a value is written as null and read back as NaN.
    j["value"] = m.value;
    j["low"] = m.low;
    j["high"] = m.high;
    j["unit"] = m.unit;
    j["symptom"] = m.symptom;
    list.push_back(std::move(j));
  }
  return list;
}

std::vector<Measure> measures_from_json(const nlohmann::json& document) {
  const auto number = [](const nlohmann::json& j) {
    return j.is_null() ? std::numeric_limits<double>::quiet_NaN() : j.get<double>();
  };
  try {
    std::vector<Measure> measures;
    for (const auto& j : document) {
      measures.push_back({j.at("name").get<std::string>(), number(j.at("value")), number(j.at("low")),
                          number(j.at("high")), j.at("unit").get<std::string>(), j.at("symptom").get<std::string>()});
    }
    return measures;
  } catch (const nlohmann::json::exception& e) {
    throw Error(ExitCode::bad_data, "read measures", "a list of them", e.what());
  }
}

}  // namespace genloss::workers
