#pragma once
// What the closed-form family learns: a mean and a covariance for each of many independent chains.

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace genloss::workers {

struct GaussianModel {
  std::uint64_t replicates = 0, dimension = 0;
  std::vector<double> means;        ///< [replicates, dimension]
  std::vector<double> covariances;  ///< [replicates, dimension, dimension]

  [[nodiscard]] std::span<const double> mean(std::uint64_t replicate) const {
    return std::span(means).subspan(replicate * dimension, dimension);
  }
  [[nodiscard]] std::span<const double> covariance(std::uint64_t replicate) const {
    return std::span(covariances).subspan(replicate * dimension * dimension, dimension * dimension);
  }
};

/// Writes model.safetensors ("mean", "covariance", both F64) and config.json.
void save_gaussian(const GaussianModel& model, int ddof, const std::filesystem::path& directory);
/// @throws Error(bad_data) if there is none or its shapes do not fit each other
[[nodiscard]] GaussianModel load_gaussian(const std::filesystem::path& directory);

/// Cholesky factors of all replicates, [replicates, dimension, dimension].
[[nodiscard]] std::vector<double> cholesky_factors(const GaussianModel& model);

}  // namespace genloss::workers
