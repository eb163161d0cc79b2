#pragma once
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace genloss::workers {

/// One measured number with its uncertainty interval (low == high == value where there is none to state).
struct Measure {
  std::string name;  ///< "human_bits_per_byte"
  double value = 0, low = 0, high = 0;
  std::string unit;     ///< "bits/byte", "share", ...
  std::string symptom;  ///< quality | repetition | diversity | rare | confidence | blandness | moments
};

[[nodiscard]] nlohmann::ordered_json to_json(const std::vector<Measure>& measures);
[[nodiscard]] std::vector<Measure> measures_from_json(const nlohmann::json& document);

/// A column of the table at the end of a run.
struct TableColumn {
  std::string measure, label;
  int decimals = 3;
  bool higher_is_worse = true;
};

}  // namespace genloss::workers
