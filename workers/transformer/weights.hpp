#pragma once
// The values of a transformer's parameters: one flat, 64-byte aligned float buffer. No LibTorch here.

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

class Weights {
 public:
  explicit Weights(const Architecture& architecture);  ///< all zero
  /// GPT-2's initial values: N(0, 0.02), residual projections N(0, 0.02 / sqrt(2 layers)), norms 1, biases 0; each
  /// element is a function of (seed, generation, parameter name, index).
  [[nodiscard]] static Weights initial(const Architecture& architecture, std::uint64_t seed, int generation);
  /// Reads model.safetensors + config.json of a genloss or Hugging Face directory (GPT-2 or Llama form).
  /// @throws Error(bad_data) naming file and tensor, also for a config that asks for what is not supported
  [[nodiscard]] static Weights load(const std::filesystem::path& directory);
  /// Writes model.safetensors and config.json. @param end_token id of the end-of-document token
  void save(const std::filesystem::path& directory, int end_token) const;

  [[nodiscard]] const Architecture& architecture() const noexcept { return architecture_; }
  [[nodiscard]] const ParameterLayout& layout() const noexcept { return layout_; }
  [[nodiscard]] std::span<float> flat() noexcept { return {data_.get(), layout_.flat_size()}; }
  [[nodiscard]] std::span<const float> flat() const noexcept { return {data_.get(), layout_.flat_size()}; }
  [[nodiscard]] std::span<const float> values(const std::string& name) const;

 private:
  struct Free {
    void operator()(float* p) const noexcept;
  };
  Architecture architecture_;
  ParameterLayout layout_;
  std::unique_ptr<float[], Free> data_;
};

}  // namespace genloss::workers
