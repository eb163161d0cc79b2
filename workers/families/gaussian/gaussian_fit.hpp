#pragma once
// Fits all replicates to a mix, in two passes over the data, with bits that do not depend on the number of ranks.

#include <cstdint>
#include <functional>
#include <optional>

#include "comms/communicator.hpp"
#include "workers/families/gaussian/gaussian_model.hpp"
#include "workers/mix/mix_reader.hpp"

namespace genloss::workers {

struct GaussianFit {
  std::uint64_t replicates = 0, dimension = 0;
  int ddof = 1;                          ///< covariance = centred second moment / (units - ddof)
  int lanes = 8;                         ///< parts each pass is cut into; a power of two
  std::function<bool()> stop_requested;  ///< asked before each pass; may be empty
  std::function<void(std::uint64_t pass, std::uint64_t units)> done;  ///< after each pass, on all ranks; may be empty
};
constexpr std::uint64_t gaussian_passes = 2;

/// Collective. One epoch of the mix; every rank gets the whole model. Two passes (means, then centred second moments),
/// because the one-pass formula cancels catastrophically once variances have collapsed. Units count by
/// their weights, which average 1 over the mix.
/// @return nullopt if a stop was agreed between passes
/// @throws Error(usage) if the mix has too few units for `ddof`, or there are more ranks than lanes
[[nodiscard]] std::optional<GaussianModel> fit_gaussians(comms::Communicator& ranks, MixReader& mix,
                                                         const GaussianFit& fit);

}  // namespace genloss::workers
