#include "workers/training/extrapolation.hpp"

#include <cstring>
#include <vector>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"
#include "storage/tensors/safetensors.hpp"

namespace genloss::workers {
namespace {

constexpr auto weights_file = "model.safetensors";

template <class T>
void extrapolate(std::span<const std::byte> reference, std::vector<std::byte>& trained, double w) {
  for (std::size_t at = 0; at < trained.size(); at += sizeof(T)) {
    T before, after;
    std::memcpy(&before, reference.data() + at, sizeof(T));
    std::memcpy(&after, trained.data() + at, sizeof(T));
    after = static_cast<T>((1 + w) * static_cast<double>(before) - w * static_cast<double>(after));
    std::memcpy(trained.data() + at, &after, sizeof(T));
  }
}

}  // namespace

void extrapolate_weights(const std::filesystem::path& reference, const std::filesystem::path& trained, double w) {
  std::vector<std::pair<std::string, storage::TensorView>> tensors;
  std::vector<std::vector<std::byte>> values;
  std::map<std::string, std::string> metadata;
  {
    const storage::SafetensorsFile before(reference / weights_file), after(trained / weights_file);
    metadata = after.metadata();
    values.reserve(after.tensors().size());  // views point into it
    for (const auto& [name, tensor] : after.tensors()) {
      beat("extrapolate weights");
      const storage::TensorView& start = before.at(name);
      if (start.type != tensor.type || start.shape != tensor.shape) {
        throw Error(ExitCode::bad_data, "extrapolate weights", (reference / weights_file).string() + ", " + name,
                    "it has another shape or type than in the model that was trained",
                    "training.extrapolation needs a model of the same architecture to begin with");
      }
      auto& mine = values.emplace_back(tensor.bytes.begin(), tensor.bytes.end());
      if (tensor.type == storage::ElementType::f32) extrapolate<float>(start.bytes, mine, w);
      if (tensor.type == storage::ElementType::f64) extrapolate<double>(start.bytes, mine, w);
      tensors.emplace_back(name, storage::TensorView{tensor.type, tensor.shape, mine});
    }
  }
  metadata.erase("format");  // written always
  storage::write_safetensors(trained / weights_file, tensors, metadata);
}

}  // namespace genloss::workers
