#include "workers/measure.hpp"
#include "jobs/numbers.hpp"

#include <algorithm>
#include <limits>
#include <sstream>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

/// One line instead of a line per number: six digits, a hundredth of a standard error or less.
std::string resamples_text(const std::vector<double>& resamples) {
  std::string text;
  for (const double value : resamples) text += (text.empty() ? "" : " ") + significant_text(value, 6);
  return text;
}

std::vector<double> resamples_from(const std::string& text) {
  std::istringstream in(text);
  std::vector<double> resamples;
  for (double value = 0; in >> value;) resamples.push_back(value);
  return resamples;
}

}  // namespace

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
    if (m.groups > 0) {
      j["groups"] = m.groups;
      j["resamples"] = resamples_text(m.resamples);
    }
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
                          number(j.at("high")), j.at("unit").get<std::string>(), j.at("symptom").get<std::string>(),
                          j.value("groups", std::size_t{0}), resamples_from(j.value("resamples", ""))});
    }
    return measures;
  } catch (const nlohmann::json::exception& e) {
    throw Error(ExitCode::bad_data, "read measures", "a list of them", e.what());
  }
}

const Measure* find_measure(const std::vector<Measure>& measures, std::string_view name) {
  const auto found = std::find_if(measures.begin(), measures.end(), [&](const Measure& m) { return m.name == name; });
  return found == measures.end() ? nullptr : &*found;
}

}  // namespace genloss::workers
