#pragma once
// Reals drawn from Gaussians by counter: the j-th sample of every replicate at once.

#include <cstdint>
#include <span>
#include <vector>

#include "jobs/random.hpp"
#include "jobs/study_spec.hpp"
#include "workers/families/gaussian/gaussian_model.hpp"
#include "workers/families/gaussian/gaussian_options.hpp"

namespace genloss::workers {

/// The distribution that stands for human data: N(m 1, sd^2 ((1 - rho) I + rho 1 1^T)), the same for all replicates.
struct GaussianTruth {
  std::uint64_t dimension = 1;
  std::vector<double> mean;        ///< [dimension]
  std::vector<double> covariance;  ///< [dimension, dimension]
  explicit GaussianTruth(const GaussianOptions& section);
};

/// x = mean + L z, L the Cholesky factor, z the standard normal number of counter (sample, replicate * dimension + i).
class GaussianDraws {
 public:
  using Value = double;
  /// From a model: every replicate from its own distribution, with `bias` times its covariance (Alemohammad et al.
  /// 2024, eq. 1).
  GaussianDraws(const GaussianModel& model, double bias, jobs::RandomKey key);
  /// From the truth: independent draws of one distribution for each of `replicates`.
  GaussianDraws(const GaussianTruth& truth, std::uint64_t replicates, jobs::RandomKey key);

  /// @param out [replicates, dimension]
  void draw(std::uint64_t sample, std::span<double> out) const;
  [[nodiscard]] std::uint64_t values() const noexcept { return replicates_ * dimension_; }

 private:
  std::uint64_t replicates_, dimension_;
  bool shared_;                  // one mean and one factor for all replicates
  std::vector<double> means_;    // [replicates or 1, dimension]
  std::vector<double> factors_;  // [replicates or 1, dimension, dimension]
  jobs::CounterRandom random_;
};

}  // namespace genloss::workers
