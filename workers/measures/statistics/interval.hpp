#pragma once
// Means with standard errors, quantiles of the distributions that intervals come from, and the correction for many
// questions at once.

#include <span>
#include <vector>

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

/// Standard deviation of values around their mean (unbiased variance); 0 with fewer than two.
[[nodiscard]] double spread_of(std::span<const double> values);

/// x with P(Z <= x) = p for a standard normal Z, 0 < p < 1.
[[nodiscard]] double normal_quantile(double p);
/// The same for Student's t with `degrees` > 0 degrees of freedom.
[[nodiscard]] double student_quantile(double p, double degrees);
/// P(|T| >= |t|).
[[nodiscard]] double student_two_sided(double t, double degrees);

/// p-values adjusted for their number by Holm's step-down method (1979): below alpha with a probability of at most
/// alpha for even one measure that did not move, however the measures depend on each other. NaN counts as 1.
[[nodiscard]] std::vector<double> holm(std::span<const double> p);

}  // namespace genloss::workers
