#include "workers/families/gaussian/gaussian_measures.hpp"

#include <algorithm>
#include <cmath>

#include "workers/families/chain_numbers.hpp"
#include "workers/measures/chain_measure.hpp"
#include "workers/measures/statistics/small_matrix.hpp"

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
  std::vector<double> squared_error, variance, log_variance, distance, alive, singular, not_finite;
  for (std::uint64_t r = 0; r < model.replicates; ++r) {
    const auto covariance = model.covariance(r);
    const double error = squared_distance(truth.mean, model.mean(r)), extent = trace(covariance, d);
    const bool finite = std::isfinite(error) && std::isfinite(extent);
    const double log_det = finite ? log_determinant(semidefinite_cholesky(covariance, d), d) : 0;
    const bool spread = finite && std::isfinite(log_det);
    alive.push_back(spread ? 1 : 0);
    singular.push_back(finite && !spread ? 1 : 0);
    not_finite.push_back(finite ? 0 : 1);
    if (!finite) continue;  // a chain that has overflowed is counted, and has no other number
    squared_error.push_back(error);
    variance.push_back(extent / static_cast<double>(d));
    distance.push_back(error + covariance_distance(truth.covariance, root, covariance, d));
    // The logarithm of a chain that has died out is minus infinity: survivors only, and their share beside it.
    if (spread) log_variance.push_back(log_det / static_cast<double>(d));
  }
  return {measure_of_chains("mean_squared_error", squared_error, "squared units", "quality", confidence),
          measure_of_chains("variance", variance, "squared units", "moments", confidence),
          measure_of_chains("log_variance", log_variance, "nats", "moments", confidence),
          measure_of_chains("wasserstein2_squared", distance, "squared units", "quality", confidence),
          measure_of_chains("survivors", alive, "share", "diversity", confidence),
          measure_of_chains("chains_singular", singular, "share", "diversity", confidence),
          measure_of_chains("chains_not_finite", not_finite, "share", "diversity", confidence)};
}

Measure marginal_variance(std::vector<double> sums, double samples, double confidence) {
  std::erase_if(sums, [](double sum) { return !std::isfinite(sum); });
  for (double& sum : sums) sum /= samples;
  return measure_of_chains("marginal_variance", sums, "squared units", "moments", confidence);
}

const std::vector<Record>& gaussian_records() {
  constexpr std::string_view of_chains = "chain";
  static const std::vector<Record> records{
      {.name = "variance",
       .label = "variance",
       .unit = "squared units",
       .symptom = "moments",
       .taken = Taken::on_model,
       .definition = "trace of the fitted covariance over the dimension, mean over chains",
       .source = "Shumailov et al. 2024; science of CF1",
       .resampled = of_chains,
       .rise = "chains spread",
       .fall = "chains narrow",
       .legend = "mean over chains of the fitted variance",
       .decimals = 4},
      {.name = "log_variance",
       .label = "log variance",
       .unit = "nats",
       .symptom = "moments",
       .taken = Taken::on_model,
       .definition = "log determinant of the fitted covariance over the dimension, mean over chains alive",
       .source = "Kazdan et al. 2024",
       .resampled = of_chains,
       .rise = "a typical chain spreads",
       .fall = "a typical chain narrows",
       .legend = "the same of a typical chain, on a log scale",
       .decimals = 4},
      {.name = "mean_squared_error",
       .label = "mean error^2",
       .unit = "squared units",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition = "squared distance of the fitted mean from the true one, mean over chains",
       .source = "Shumailov et al. 2024",
       .resampled = of_chains,
       .rise = "means wander off",
       .fall = "means come closer to the truth",
       .legend = "squared distance of the fitted mean from the truth",
       .decimals = 4},
      {.name = "wasserstein2_squared",
       .label = "W2^2 to truth",
       .unit = "squared units",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition = "squared Wasserstein-2 distance of the fitted from the true distribution, mean over chains",
       .source = "Dowson & Landau 1982",
       .resampled = of_chains,
       .rise = "models leave the truth",
       .fall = "models come closer to the truth",
       .legend = "squared Wasserstein-2 distance from the truth",
       .decimals = 4},
      {.name = "marginal_variance",
       .label = "marginal variance",
       .unit = "squared units",
       .symptom = "moments",
       .taken = Taken::on_corpus,
       .definition = "variance of what was drawn around the true mean, over chains and within them",
       .source = "CF1: constant in expectation under replacement",
       .resampled = of_chains,
       .rise = "draws of all chains together spread",
       .fall = "draws of all chains together narrow",
       .legend = "variance of all draws around the true mean",
       .decimals = 4},
      {.name = "survivors",
       .label = "chains alive",
       .unit = "share",
       .symptom = "diversity",
       .taken = Taken::on_model,
       .definition = "share of the chains whose covariance is finite and not singular",
       .source = "CF2",
       .resampled = of_chains,
       .rise = "more chains are alive",
       .fall = "chains die out",
       .legend = "share of chains that still have a spread",
       .decimals = 3},
      ended_record("chains_singular", "chains singular", "share of the chains whose covariance is singular",
                   Sign::none),
      ended_record("chains_not_finite", "chains not finite", "share of the chains that have overflowed", Sign::none)};
  return records;
}

}  // namespace genloss::workers
