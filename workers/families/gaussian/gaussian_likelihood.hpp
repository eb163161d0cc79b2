#pragma once
// Densities of samples under a model of Gaussians.

#include <memory>

#include "workers/families/gaussian/gaussian_model.hpp"
#include "workers/likelihood.hpp"

namespace genloss::workers {

/// A surprisal for the vector of each replicate: -ln of its density. Where a model has no variance left in a direction,
/// the density is that in the others, and infinite surprisal if the vector lies off their plane.
[[nodiscard]] std::unique_ptr<SampleReader> gaussian_reader(GaussianModel model);

}  // namespace genloss::workers
