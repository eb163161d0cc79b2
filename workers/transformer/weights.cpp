#include "workers/transformer/weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "storage/files/durable.hpp"
#include "storage/tensors/safetensors.hpp"
#include "workers/transformer/hugging_face.hpp"

namespace genloss::workers {
namespace {

/// FNV-1a: gives a parameter's name its place in the counter space.
std::uint64_t name_number(const std::string& name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

bool is_norm(const std::string& name) {
  return name.ends_with("norm.weight") || name.find(".ln_") != std::string::npos;
}

bool is_residual_projection(const std::string& name) {
  return name.ends_with("c_proj.weight") || name.ends_with("o_proj.weight") || name.ends_with("down_proj.weight");
}

std::vector<std::uint64_t> unsigned_shape(const ParameterInfo& p) { return {p.shape.begin(), p.shape.end()}; }

}  // namespace

void Weights::Free::operator()(float* p) const noexcept { std::free(p); }

Weights::Weights(const Architecture& architecture)
    : architecture_(architecture), layout_(parameter_layout(architecture)) {
  const std::size_t bytes = layout_.flat_size() * sizeof(float);
  data_.reset(static_cast<float*>(std::aligned_alloc(64, bytes)));
  if (!data_) throw std::bad_alloc();
  std::fill_n(data_.get(), layout_.flat_size(), 0.0F);
}

Weights Weights::initial(const Architecture& architecture, std::uint64_t seed, int generation) {
  Weights weights(architecture);
  const jobs::CounterRandom random({seed, jobs::Purpose::initial_weights, static_cast<std::uint32_t>(generation)});
  for (const ParameterInfo& p : weights.layout_.parameters()) {
    float* const values = weights.data_.get() + p.offset;
    if (p.shape.size() == 1) {
      std::fill_n(values, p.count, is_norm(p.name) && !p.name.ends_with("bias") ? 1.0F : 0.0F);
      continue;
    }
    const double deviation = is_residual_projection(p.name) ? 0.02 / std::sqrt(2.0 * architecture.layers) : 0.02;
    const std::uint64_t place = name_number(p.name);
    for (std::size_t i = 0; i < p.count; ++i) values[i] = static_cast<float>(deviation * random.normal(place, i));
  }
  return weights;
}

Weights Weights::load(const std::filesystem::path& directory) {
  Weights weights(hugging_face::read_config(directory / "config.json"));
  const std::filesystem::path path = directory / "model.safetensors";
  const storage::SafetensorsFile file(path);
  for (const ParameterInfo& p : weights.layout_.parameters()) {
    const storage::TensorView& tensor = hugging_face::find_tensor(file, path, weights.architecture_, p.name);
    if (tensor.type != storage::ElementType::f32) {
      throw Error(ExitCode::bad_data, "read weights", path.string(),
                  "tensor " + p.name + " has element type " + std::string(storage::safetensors_name(tensor.type)),
                  "convert the model to float32");
    }
    if (tensor.shape != unsigned_shape(p)) {
      throw Error(ExitCode::bad_data, "read weights", path.string(),
                  "tensor " + p.name + " has another shape than config.json says");
    }
    std::memcpy(weights.data_.get() + p.offset, tensor.bytes.data(), tensor.bytes.size());
  }
  hugging_face::refuse_other_tensors(file, path, weights.layout_, weights.architecture_);
  return weights;
}

void Weights::save(const std::filesystem::path& directory, int end_token) const {
  std::vector<std::pair<std::string, storage::TensorView>> tensors;
  for (const ParameterInfo& p : layout_.parameters()) {
    tensors.emplace_back(
        p.name, storage::TensorView{storage::ElementType::f32, unsigned_shape(p), std::as_bytes(values(p.name))});
  }
  storage::write_safetensors(directory / "model.safetensors", tensors);
  storage::write_text_durably(directory / "config.json", hugging_face::config(architecture_, end_token).dump(2) + "\n");
}

std::span<const float> Weights::values(const std::string& name) const {
  const ParameterInfo& p = layout_.at(name);
  return flat().subspan(p.offset, p.count);
}

}  // namespace genloss::workers
