#pragma once
#include <span>
#include <string>

#include "workers/measure.hpp"

namespace genloss::workers {

/// A measure that independent chains of one study have each: its mean with the interval of a mean.
/// @param values of each chain @param confidence of the interval
[[nodiscard]] Measure measure_of_chains(std::string name, std::span<const double> values, std::string unit,
                                        std::string symptom, double confidence);

}  // namespace genloss::workers
