#include "workers/measures/chain_measure.hpp"

#include <utility>

#include "workers/measures/statistics/interval.hpp"

namespace genloss::workers {

Measure measure_of_chains(std::string name, std::span<const double> values, std::string unit, std::string symptom,
                          double confidence) {
  const MeanEstimate estimate = mean_of(values);
  const auto [low, high] = estimate.interval(confidence);
  return {std::move(name), estimate.mean, low, high, std::move(unit), std::move(symptom), 0, {}};
}

}  // namespace genloss::workers
