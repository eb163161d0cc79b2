#include "workers/gaussian/gaussian_measures.hpp"

#include <algorithm>
#include <cmath>

#include "workers/gaussian/small_matrix.hpp"
#include "workers/measures/change.hpp"
#include "workers/measures/interval.hpp"

namespace genloss::workers {
namespace {

double squared_distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

/// tr(S + S' - 2 (S^1/2 S' S^1/2)^1/2) where `root` is S^1/2.
double covariance_distance(std::span<const double> covariance, std::span<const double> root,
                           std::span<const double> other, std::size_t d) {
  if (d == 1) {
    const double difference = root[0] - std::sqrt(other[0]);
    return difference * difference;
  }
  const auto inner = product(product(root, other, d), root, d);
  double cross = 0;
  for (const double value : eigen_of_symmetric(inner, d).values) cross += std::sqrt(std::max(0.0, value));
  // Rounding can leave a tiny negative number for equal matrices.
  return std::max(0.0, trace(covariance, d) + trace(other, d) - 2 * cross);
}

Measure measure_of(std::string name, std::span<const double> values, std::string unit, std::string symptom,
                   double confidence) {
  const MeanEstimate estimate = mean_of(values);
  const auto [low, high] = estimate.interval(confidence);
  return {std::move(name), estimate.mean, low, high, std::move(unit), std::move(symptom)};
}

}  // namespace

double wasserstein2_squared(std::span<const double> mean, std::span<const double> covariance,
                            std::span<const double> other_mean, std::span<const double> other_covariance) {
  const std::size_t d = mean.size();
  return squared_distance(mean, other_mean) +
         covariance_distance(covariance, square_root(covariance, d), other_covariance, d);
}

std::vector<Measure> gaussian_measures(const GaussianModel& model, const GaussianTruth& truth, double confidence) {
  const std::size_t d = model.dimension;
  const auto root = square_root(truth.covariance, d);
  std::vector<double> squared_error, variance, log_variance, distance, alive;
  for (std::uint64_t r = 0; r < model.replicates; ++r) {
    const auto covariance = model.covariance(r);
    const double log_det = log_determinant(semidefinite_cholesky(covariance, d), d);
    squared_error.push_back(squared_distance(truth.mean, model.mean(r)));
    variance.push_back(trace(covariance, d) / static_cast<double>(d));
    distance.push_back(squared_error.back() + covariance_distance(truth.covariance, root, covariance, d));
    alive.push_back(std::isfinite(log_det) ? 1 : 0);
    // The logarithm of a chain that has died out is minus infinity: survivors only, and their share beside it.
    if (std::isfinite(log_det)) log_variance.push_back(log_det / static_cast<double>(d));
  }
  return {measure_of("mean_squared_error", squared_error, "squared units", "quality", confidence),
          measure_of("variance", variance, "squared units", "moments", confidence),
          measure_of("log_variance", log_variance, "nats", "moments", confidence),
          measure_of("wasserstein2_squared", distance, "squared units", "quality", confidence),
          measure_of("survivors", alive, "share", "diversity", confidence)};
}

Measure marginal_variance(std::vector<double> sums, double samples, double confidence) {
  for (double& sum : sums) sum /= samples;
  return measure_of("marginal_variance", sums, "squared units", "moments", confidence);
}

std::string gaussian_verdict(const std::vector<std::vector<Measure>>& generations) {
  if (generations.size() < 2) return "One generation only: nothing to compare.";
  std::vector<std::string> parts;
  const auto add = [&](std::string_view name, std::string_view label) {
    const auto* first = find_measure(generations.front(), name);
    const auto* last = find_measure(generations.back(), name);
    if (first != nullptr && last != nullptr) parts.push_back(describe_change(label, *first, *last, 4));
  };
  add("variance", "variance");
  add("log_variance", "log variance of a typical chain");
  add("mean_squared_error", "squared error of the mean");
  add("wasserstein2_squared", "squared Wasserstein-2 distance to the truth");
  return "Over " + std::to_string(generations.size()) + " generations " + joined(parts) + ".";
}

}  // namespace genloss::workers
