#include "workers/families/gaussian/gaussian_model.hpp"

#include <algorithm>
#include <cstring>

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "storage/tensors/safetensors.hpp"
#include "workers/measures/statistics/small_matrix.hpp"

namespace genloss::workers {
namespace {

std::vector<double> reals_of(const storage::TensorView& tensor) {
  std::vector<double> values(tensor.bytes.size() / sizeof(double));
  std::memcpy(values.data(), tensor.bytes.data(), values.size() * sizeof(double));
  return values;
}

}  // namespace

void save_gaussian(const GaussianModel& model, int ddof, const std::filesystem::path& directory) {
  using storage::ElementType;
  const std::vector<std::pair<std::string, storage::TensorView>> tensors{
      {"mean", {ElementType::f64, {model.replicates, model.dimension}, std::as_bytes(std::span(model.means))}},
      {"covariance",
       {ElementType::f64,
        {model.replicates, model.dimension, model.dimension},
        std::as_bytes(std::span(model.covariances))}}};
  storage::write_safetensors(directory / "model.safetensors", tensors);
  const nlohmann::ordered_json config{{"model_type", "genloss_gaussian"},
                                      {"replicates", model.replicates},
                                      {"dimension", model.dimension},
                                      {"ddof", ddof}};
  storage::write_text_durably(directory / "config.json", config.dump(2) + "\n");
}

GaussianModel load_gaussian(const std::filesystem::path& directory) {
  const auto file = directory / "model.safetensors";
  const storage::SafetensorsFile weights(file);
  const auto& mean = weights.at("mean");
  const auto& covariance = weights.at("covariance");
  const bool shapes_fit = mean.type == storage::ElementType::f64 && covariance.type == storage::ElementType::f64 &&
                          mean.shape.size() == 2 &&
                          covariance.shape == std::vector<std::uint64_t>{mean.shape[0], mean.shape[1], mean.shape[1]};
  if (!shapes_fit) {
    throw Error(ExitCode::bad_data, "load model", file.string(),
                "mean and covariance are not [replicates, dimension] and [replicates, dimension, dimension] of F64",
                "it is the model of another family");
  }
  return {mean.shape[0], mean.shape[1], reals_of(mean), reals_of(covariance)};
}

std::vector<double> cholesky_factors(const GaussianModel& model) {
  std::vector<double> factors;
  factors.reserve(model.covariances.size());
  for (std::uint64_t r = 0; r < model.replicates; ++r) {
    const auto factor = semidefinite_cholesky(model.covariance(r), model.dimension);
    factors.insert(factors.end(), factor.begin(), factor.end());
  }
  return factors;
}

}  // namespace genloss::workers
