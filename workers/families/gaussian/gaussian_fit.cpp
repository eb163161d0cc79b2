#include "workers/families/gaussian/gaussian_fit.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/error.hpp"
#include "workers/mix/unit_sums.hpp"

namespace genloss::workers {
namespace {

/// A coordinate whose samples differ by no more than rounding has collapsed: it keeps no variance, lest rounding pass
/// for one for ever.
void collapse_rounding(GaussianModel& model) {
  const std::size_t d = model.dimension;
  for (std::size_t i = 0; i < model.means.size(); ++i) {
    const double rounding = 4 * std::numeric_limits<double>::epsilon() * model.means[i];
    double* matrix = model.covariances.data() + i / d * d * d;
    const std::size_t at = i % d;
    if (!(matrix[at * d + at] <= rounding * rounding)) continue;
    for (std::size_t j = 0; j < d; ++j) matrix[at * d + j] = matrix[j * d + at] = 0;
  }
}

/// Adds the lower triangles of weight (x - mean)(x - mean)^T.
void add_second_moments(std::span<const double> unit, std::span<const double> means, std::size_t d, double weight,
                        std::span<double> sums) {
  std::size_t k = 0;
  for (std::size_t first = 0; first < unit.size(); first += d) {
    for (std::size_t i = 0; i < d; ++i) {
      const double centred = weight * (unit[first + i] - means[first + i]);
      for (std::size_t j = 0; j <= i; ++j) sums[k++] += centred * (unit[first + j] - means[first + j]);
    }
  }
}

std::vector<double> covariances_from(std::span<const double> triangles, const GaussianFit& fit, double divisor) {
  const std::size_t d = fit.dimension;
  std::vector<double> covariances(fit.replicates * d * d);
  std::size_t k = 0;
  for (std::size_t r = 0; r < fit.replicates; ++r) {
    double* matrix = covariances.data() + r * d * d;
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j <= i; ++j) matrix[i * d + j] = matrix[j * d + i] = triangles[k++] / divisor;
    }
  }
  return covariances;
}

}  // namespace

std::optional<GaussianModel> fit_gaussians(comms::Communicator& ranks, MixReader& mix, const GaussianFit& fit) {
  const std::uint64_t units = mix.plan().units();
  if (units <= static_cast<std::uint64_t>(fit.ddof)) {
    throw Error(
        ExitCode::usage, "fit gaussian", "generation " + std::to_string(mix.plan().generation),
        std::to_string(units) + " samples do not determine a covariance with ddof = " + std::to_string(fit.ddof),
        "raise sampling.samples or policy.size");
  }
  const std::size_t d = fit.dimension, values = fit.replicates * d;
  GaussianModel model{fit.replicates, fit.dimension, {}, {}};

  if (stop_agreed(ranks, fit.stop_requested)) return std::nullopt;
  model.means = sum_over_lanes<double>(ranks, mix, fit.lanes, values, "sums of samples",
                                       [](std::span<const double> unit, double weight, std::span<double> sums) {
                                         for (std::size_t i = 0; i < unit.size(); ++i) sums[i] += weight * unit[i];
                                       });
  for (double& mean : model.means) mean /= static_cast<double>(units);
  if (fit.done) fit.done(1, units);

  if (stop_agreed(ranks, fit.stop_requested)) return std::nullopt;
  const auto triangles =
      sum_over_lanes<double>(ranks, mix, fit.lanes, fit.replicates * (d * (d + 1) / 2), "sums of squares",
                             [&](std::span<const double> unit, double weight, std::span<double> sums) {
                               add_second_moments(unit, model.means, d, weight, sums);
                             });
  model.covariances = covariances_from(triangles, fit, static_cast<double>(units) - fit.ddof);
  collapse_rounding(model);
  if (fit.done) fit.done(2, units);
  return model;
}

}  // namespace genloss::workers
