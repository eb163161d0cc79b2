#include "workers/families/gaussian/gaussian_draws.hpp"

#include <cmath>

#include "workers/families/gaussian/gaussian_options.hpp"
#include "workers/measures/statistics/small_matrix.hpp"

namespace genloss::workers {

GaussianTruth::GaussianTruth(const GaussianOptions& section)
    : dimension(static_cast<std::uint64_t>(section.dimension)),
      mean(dimension, section.mean),
      covariance(dimension * dimension) {
  const double variance = section.standard_deviation * section.standard_deviation;
  for (std::uint64_t i = 0; i < dimension; ++i) {
    for (std::uint64_t j = 0; j < dimension; ++j) {
      covariance[i * dimension + j] = i == j ? variance : variance * section.correlation;
    }
  }
}

GaussianDraws::GaussianDraws(const GaussianModel& model, double bias, jobs::RandomKey key)
    : replicates_(model.replicates),
      dimension_(model.dimension),
      shared_(false),
      means_(model.means),
      factors_(cholesky_factors(model)),
      random_(key) {
  if (bias == 1) return;
  for (double& value : factors_) value *= std::sqrt(bias);
}

GaussianDraws::GaussianDraws(const GaussianTruth& truth, std::uint64_t replicates, jobs::RandomKey key)
    : replicates_(replicates),
      dimension_(truth.dimension),
      shared_(true),
      means_(truth.mean),
      factors_(semidefinite_cholesky(truth.covariance, truth.dimension)),
      random_(key) {}

void GaussianDraws::draw(std::uint64_t sample, std::span<double> out) const {
  const std::uint64_t d = dimension_;
  for (std::uint64_t r = 0; r < replicates_; ++r) {
    const std::uint64_t which = shared_ ? 0 : r;
    const double* factor = factors_.data() + which * d * d;
    double* x = out.data() + r * d;
    for (std::uint64_t i = 0; i < d; ++i) x[i] = means_[which * d + i];
    for (std::uint64_t j = 0; j < d; ++j) {
      const double z = random_.normal(sample, r * d + j);
      for (std::uint64_t i = j; i < d; ++i) x[i] += factor[i * d + j] * z;
    }
  }
}

}  // namespace genloss::workers
