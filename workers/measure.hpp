#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace genloss::workers {

/// One measured number with its uncertainty interval (low and high are NaN where nothing is known of it). What it means
/// stands in the record of its name (measures/record.hpp).
struct Measure {
  std::string name;  ///< "human_bits_per_byte"
  double value = 0, low = 0, high = 0;
  std::string unit;        ///< "bits/byte", "share", ...
  std::string symptom;     ///< quality | repetition | diversity | tails | noise | confidence | blandness | moments
  std::size_t groups = 0;  ///< documents or samples that were resampled
  /// The same number on other text of the same size, as resamples tell it; the k-th of two generations belong together.
  std::vector<double> resamples{};
};

[[nodiscard]] nlohmann::ordered_json to_json(const std::vector<Measure>& measures);
[[nodiscard]] std::vector<Measure> measures_from_json(const nlohmann::json& document);

/// The measure called `name`, or null.
[[nodiscard]] const Measure* find_measure(const std::vector<Measure>& measures, std::string_view name);

/// What a run measured.
struct MeasuredRun {
  std::vector<Measure> human;                     ///< the corpus measures, on human text of equal size
  std::vector<std::vector<Measure>> generations;  ///< from generation 0 on
};

}  // namespace genloss::workers
