#pragma once
// How far the models of a generation are from the truth; means over replicates, intervals from their spread.

#include <string>
#include <vector>

#include "workers/families/gaussian/gaussian_draws.hpp"
#include "workers/measure.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::workers {

/// Squared Wasserstein-2 distance of Gaussians: |m - m'|^2 + tr(S + S' - 2 (S^1/2 S' S^1/2)^1/2)
/// (Dowson & Landau 1982).
[[nodiscard]] double wasserstein2_squared(std::span<const double> mean, std::span<const double> covariance,
                                          std::span<const double> other_mean, std::span<const double> other_covariance);

/// mean_squared_error, variance, log_variance, wasserstein2_squared, and how chains stand: survivors, chains_singular,
/// chains_not_finite (of which no other number is taken).
[[nodiscard]] std::vector<Measure> gaussian_measures(const GaussianModel& model, const GaussianTruth& truth,
                                                     double confidence);

/// marginal_variance: variance of a sample around the TRUE mean, over chains as well as within them (CF1).
/// @param sums per replicate, the sum over `samples` samples of |x - true mean|^2 / d
[[nodiscard]] Measure marginal_variance(std::vector<double> sums, double samples, double confidence);

/// What each measure of this family is, in the order of the table.
[[nodiscard]] const std::vector<Record>& gaussian_records();

}  // namespace genloss::workers
