#pragma once
// Means with standard errors, and intervals from the normal distribution.

#include <span>

namespace genloss::workers {

struct Interval {
  double low = 0, high = 0;
};

struct MeanEstimate {
  double mean = 0, standard_error = 0;
  /// mean +- z standard errors, z the two-sided normal quantile of `confidence`
  [[nodiscard]] Interval interval(double confidence) const;
};

/// Mean and its standard error (unbiased variance / n); one value has standard error 0, none gives NaN.
[[nodiscard]] MeanEstimate mean_of(std::span<const double> values);

/// x with P(Z <= x) = p for a standard normal Z, 0 < p < 1.
[[nodiscard]] double normal_quantile(double p);

}  // namespace genloss::workers
