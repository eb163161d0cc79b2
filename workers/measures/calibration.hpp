#pragma once
// Does a model know when it is wrong?

#include <cstdint>
#include <span>

#include "workers/measures/bootstrap.hpp"

namespace genloss::workers {

/// Next-token predictions on human text; all spans of one length. `group` ascends.
struct Predictions {
  std::span<const double> confidence;     ///< probability of the most probable token
  std::span<const std::uint8_t> correct;  ///< whether that token came
  std::span<const std::uint32_t> group;   ///< window or document
};

/// Expected calibration error over equal-mass bins: sum_b n_b / N |accuracy_b - confidence_b| (Guo et al. 2017). Bins
/// are cut once, on all predictions, and kept in resamples.
[[nodiscard]] Estimate calibration_error(const Predictions& predictions, const BootstrapPlan& plan, int bins = 15);

/// Share of all predictions that are wrong with a confidence above `threshold`.
[[nodiscard]] Estimate confident_wrong_rate(const Predictions& predictions, const BootstrapPlan& plan,
                                            double threshold = 0.9);
/// Share of the predictions with a confidence above `threshold` that are wrong.
[[nodiscard]] Estimate confident_wrong_share(const Predictions& predictions, const BootstrapPlan& plan,
                                             double threshold = 0.9);

}  // namespace genloss::workers
