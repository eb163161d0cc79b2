#pragma once
// Probabilities of samples under frequencies of symbols.

#include <memory>

#include "workers/families/categorical/categorical_model.hpp"
#include "workers/likelihood.hpp"

namespace genloss::workers {

/// A surprisal for the symbol of each replicate: -ln of its frequency, infinite where that is 0.
[[nodiscard]] std::unique_ptr<SampleReader> categorical_reader(CategoricalModel model);

}  // namespace genloss::workers
