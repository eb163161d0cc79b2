#pragma once
// Expectation maximisation for a mixture of Gaussians with full covariances (Dempster, Laird & Rubin 1977).

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace genloss::workers {

struct MixtureFit {
  std::size_t dimension = 0;
  std::vector<double> weights, means, covariances;  ///< [k], [k, d], [k, d, d]
  double log_likelihood = 0;                        ///< mean over samples, nats; of the parameters before the last step
  int iterations = 0;
  bool converged = false;
  /// died: a component has the weight of less than a sample. singular: a component has no extent in some direction.
  enum class End : std::uint8_t { alive, died, singular, not_finite } end = End::alive;

  [[nodiscard]] std::size_t components() const noexcept { return weights.size(); }
  [[nodiscard]] std::span<const double> mean(std::size_t j) const {
    return std::span(means).subspan(j * dimension, dimension);
  }
  [[nodiscard]] std::span<const double> covariance(std::size_t j) const {
    return std::span(covariances).subspan(j * dimension * dimension, dimension * dimension);
  }
};

struct MixtureRules {
  std::size_t dimension = 1, components = 1;
  double tolerance = 1e-5;    ///< it has converged when the mean log-likelihood gains less than this
  int iterations = 2000;      ///< at most
  double variance_floor = 0;  ///< added to every diagonal
};

/// From one start: samples fall to the nearest of k of them, chosen as k-means++ does (Arthur & Vassilvitskii 2007),
/// then steps until convergence, the cap, or the end of a component. Whatever the end, mean and covariance of the whole
/// mixture are those of the samples (but for the floor), for every M-step keeps them.
/// @param samples [n, d] @param weights [n] @param uniform the i-th random number of this start, in [0, 1)
[[nodiscard]] MixtureFit fit_mixture(std::span<const double> samples, std::span<const double> weights,
                                     const MixtureRules& rules, const std::function<double(std::uint64_t i)>& uniform);

/// Of several starts the likeliest that is alive; if none is, the first.
[[nodiscard]] MixtureFit best_of(std::vector<MixtureFit> fits);

}  // namespace genloss::workers
