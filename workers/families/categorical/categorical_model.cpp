#include "workers/families/categorical/categorical_model.hpp"

#include <cstring>

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "storage/tensors/safetensors.hpp"

namespace genloss::workers {

void save_categorical(const CategoricalModel& model, const std::filesystem::path& directory) {
  storage::write_safetensors(directory / "model.safetensors", {{"probabilities",
                                                                {storage::ElementType::f64,
                                                                 {model.replicates, model.symbols},
                                                                 std::as_bytes(std::span(model.probabilities))}}});
  const nlohmann::ordered_json config{
      {"model_type", "genloss_categorical"}, {"replicates", model.replicates}, {"symbols", model.symbols}};
  storage::write_text_durably(directory / "config.json", config.dump(2) + "\n");
}

CategoricalModel load_categorical(const std::filesystem::path& directory) {
  const auto file = directory / "model.safetensors";
  const storage::SafetensorsFile weights(file);
  const auto& tensor = weights.at("probabilities");
  if (tensor.type != storage::ElementType::f64 || tensor.shape.size() != 2) {
    throw Error(ExitCode::bad_data, "load model", file.string(), "probabilities are not [replicates, symbols] of F64",
                "it is the model of another family");
  }
  CategoricalModel model{tensor.shape[0], tensor.shape[1], std::vector<double>(tensor.bytes.size() / sizeof(double))};
  std::memcpy(model.probabilities.data(), tensor.bytes.data(), tensor.bytes.size());
  return model;
}

}  // namespace genloss::workers
