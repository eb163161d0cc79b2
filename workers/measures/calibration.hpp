#pragma once
// Does a model know when it is wrong?

#include <cstdint>
#include <span>

#include "workers/measures/statistics/half_samples.hpp"

namespace genloss::workers {

/// Next-token predictions on human text; all spans of one length. `group` ascends.
struct Predictions {
  std::span<const double> confidence;     ///< probability of the most probable token
  std::span<const std::uint8_t> correct;  ///< whether that token came
  std::span<const std::uint32_t> group;   ///< document
};

/// Mean confidence minus accuracy: above 0 a model thinks too much of itself. An average of gaps, so a model that means
/// what it says reads 0 on average at any size.
[[nodiscard]] Estimate overconfidence(const Predictions& predictions, const ResamplePlan& plan);

/// Calibration error without its floor: the square root of the mean squared gap of confidence and accuracy over bins
/// of equal mass, with the square of each bin's gap estimated from pairs of different documents (an unbiased
/// U-statistic, as in Kumar et al. 2019 but for documents instead of single predictions). The plug-in error of Guo et
/// al. 2017 reads more than 0 for a perfect model; this one's square is 0 on average, and the error has its sign.
/// Bins are cut once, on all predictions, and kept in resamples. NaN with one document.
[[nodiscard]] Estimate calibration_error(const Predictions& predictions, const ResamplePlan& plan, int bins = 15);

/// Accuracy among the tenth of the predictions that are most confident (the same ones in all resamples).
[[nodiscard]] Estimate confident_accuracy(const Predictions& predictions, const ResamplePlan& plan, double share = 0.1);

/// Share of the predictions with a confidence above `threshold` that are wrong.
[[nodiscard]] Estimate confident_wrong_share(const Predictions& predictions, const ResamplePlan& plan,
                                             double threshold = 0.9);

}  // namespace genloss::workers
