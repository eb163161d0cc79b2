#include "workers/families/gaussian_mixture/expectation_maximisation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "workers/measures/statistics/small_matrix.hpp"

namespace genloss::workers {
namespace {

class Steps {
 public:
  Steps(std::span<const double> samples, std::span<const double> weights, const MixtureRules& rules)
      : samples_(samples),
        weights_(weights),
        rules_(rules),
        d_(rules.dimension),
        k_(rules.components),
        n_(weights.size()),
        shares_(n_ * k_),
        centred_(d_) {
    for (const double w : weights) total_ += w;
  }

  void share_by_nearest(const std::function<double(std::uint64_t)>& uniform) {
    std::vector<double> distance(n_, std::numeric_limits<double>::infinity());
    std::vector<std::size_t> nearest(n_, 0);
    auto chosen = std::min(n_ - 1, static_cast<std::size_t>(uniform(0) * static_cast<double>(n_)));
    for (std::size_t j = 0; j < k_; ++j) {
      if (j > 0) chosen = drawn_by(distance, uniform(j));
      double sum = 0;
      for (std::size_t t = 0; t < n_; ++t) {
        sum = 0;
        for (std::size_t i = 0; i < d_; ++i) {
          const double difference = samples_[t * d_ + i] - samples_[chosen * d_ + i];
          sum += difference * difference;
        }
        if (sum >= distance[t]) continue;
        distance[t] = sum;
        nearest[t] = j;
      }
    }
    std::fill(shares_.begin(), shares_.end(), 0.0);
    for (std::size_t t = 0; t < n_; ++t) shares_[t * k_ + nearest[t]] = 1;
  }

  /// Parameters from shares.
  void maximise(MixtureFit& fit) {
    fit.dimension = d_;
    fit.weights.assign(k_, 0.0);
    fit.means.assign(k_ * d_, 0.0);
    fit.covariances.assign(k_ * d_ * d_, 0.0);
    for (std::size_t j = 0; j < k_; ++j) {
      double mass = 0;
      double* mean = fit.means.data() + j * d_;
      double* covariance = fit.covariances.data() + j * d_ * d_;
      for (std::size_t t = 0; t < n_; ++t) {
        const double share = weights_[t] * shares_[t * k_ + j];
        mass += share;
        for (std::size_t i = 0; i < d_; ++i) mean[i] += share * samples_[t * d_ + i];
      }
      fit.weights[j] = mass / total_;
      if (mass < 1) fit.end = MixtureFit::End::died;
      if (!(mass > 0)) continue;
      for (std::size_t i = 0; i < d_; ++i) mean[i] /= mass;
      for (std::size_t t = 0; t < n_; ++t) {
        const double share = weights_[t] * shares_[t * k_ + j];
        for (std::size_t i = 0; i < d_; ++i) centred_[i] = samples_[t * d_ + i] - mean[i];
        for (std::size_t i = 0; i < d_; ++i) {
          for (std::size_t l = 0; l <= i; ++l) covariance[i * d_ + l] += share * centred_[i] * centred_[l];
        }
      }
      for (std::size_t i = 0; i < d_; ++i) {
        for (std::size_t l = 0; l <= i; ++l) covariance[l * d_ + i] = covariance[i * d_ + l] /= mass;
        covariance[i * d_ + i] += rules_.variance_floor;
      }
    }
  }

  /// Shares from parameters; the mean log-likelihood. Ends the fit where a component is singular.
  void expect(MixtureFit& fit) {
    std::vector<std::vector<double>> factors(k_);
    std::vector<double> constants(k_), logs(k_);
    for (std::size_t j = 0; j < k_; ++j) {
      factors[j] = semidefinite_cholesky(fit.covariance(j), d_);
      for (std::size_t i = 0; i < d_; ++i) {
        const double pivot = factors[j][i * d_ + i];
        // Of a mean far from 0, rounding alone has a spread.
        const double rounding = 4 * std::numeric_limits<double>::epsilon() * std::abs(fit.means[j * d_ + i]);
        if (!(pivot > rounding)) fit.end = MixtureFit::End::singular;
      }
      constants[j] = std::log(fit.weights[j]) - 0.5 * static_cast<double>(d_) * std::log(2 * std::numbers::pi) -
                     0.5 * log_determinant(factors[j], d_);
    }
    if (fit.end != MixtureFit::End::alive) return;
    double sum = 0;
    for (std::size_t t = 0; t < n_; ++t) {
      for (std::size_t j = 0; j < k_; ++j) logs[j] = constants[j] - 0.5 * squared_length(fit.mean(j), factors[j], t);
      const double most = *std::max_element(logs.begin(), logs.end());
      double all = 0;
      for (std::size_t j = 0; j < k_; ++j) all += shares_[t * k_ + j] = std::exp(logs[j] - most);
      for (std::size_t j = 0; j < k_; ++j) shares_[t * k_ + j] /= all;
      sum += weights_[t] * (most + std::log(all));
    }
    fit.log_likelihood = sum / total_;
    if (!std::isfinite(fit.log_likelihood)) fit.end = MixtureFit::End::not_finite;
  }

 private:
  [[nodiscard]] std::size_t drawn_by(std::span<const double> weights, double uniform) const {
    double all = 0, sum = 0;
    for (const double w : weights) all += w;
    for (std::size_t t = 0; t < n_; ++t) {
      sum += weights[t];
      if (sum > uniform * all) return t;
    }
    return n_ - 1;  // all samples are equal
  }
  /// |L^-1 (x - m)|^2
  [[nodiscard]] double squared_length(std::span<const double> mean, std::span<const double> factor, std::size_t t) {
    double sum = 0;
    for (std::size_t i = 0; i < d_; ++i) {
      double value = samples_[t * d_ + i] - mean[i];
      for (std::size_t l = 0; l < i; ++l) value -= factor[i * d_ + l] * centred_[l];
      centred_[i] = value / factor[i * d_ + i];
      sum += centred_[i] * centred_[i];
    }
    return sum;
  }

  std::span<const double> samples_, weights_;
  MixtureRules rules_;
  std::size_t d_, k_, n_;
  double total_ = 0;
  std::vector<double> shares_;   // [n, k]
  std::vector<double> centred_;  // scratch
};

}  // namespace

MixtureFit fit_mixture(std::span<const double> samples, std::span<const double> weights, const MixtureRules& rules,
                       const std::function<double(std::uint64_t i)>& uniform) {
  MixtureFit fit;
  Steps steps(samples, weights, rules);
  if (!std::all_of(samples.begin(), samples.end(), [](double x) { return std::isfinite(x); })) {
    fit.end = MixtureFit::End::not_finite;
  }
  if (fit.end == MixtureFit::End::alive) {
    steps.share_by_nearest(uniform);
    steps.maximise(fit);
  }
  double before = -std::numeric_limits<double>::infinity();
  while (fit.end == MixtureFit::End::alive && !fit.converged && fit.iterations < rules.iterations) {
    steps.expect(fit);
    if (fit.end != MixtureFit::End::alive) break;
    ++fit.iterations;
    steps.maximise(fit);
    fit.converged = fit.log_likelihood - before < rules.tolerance;
    before = fit.log_likelihood;
  }
  if (fit.end == MixtureFit::End::alive)
    steps.expect(fit);  // of the last step: its likelihood, and that it is not singular
  return fit;
}

MixtureFit best_of(std::vector<MixtureFit> fits) {
  std::size_t best = 0;
  const auto alive = [&](std::size_t i) { return fits[i].end == MixtureFit::End::alive; };
  for (std::size_t i = 1; i < fits.size(); ++i) {
    if (alive(i) && (!alive(best) || fits[i].log_likelihood > fits[best].log_likelihood)) best = i;
  }
  return std::move(fits[best]);
}

}  // namespace genloss::workers
