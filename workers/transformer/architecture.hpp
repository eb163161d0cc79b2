#pragma once
// The shape of a decoder-only transformer, and where its parameters lie in one flat buffer. No LibTorch here.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "jobs/study_spec.hpp"

namespace genloss::workers {

enum class Positions { learned, rope };
enum class Norm { layer, rms };
enum class FeedForward { gelu, swiglu };

/// GPT-2: learned, layer, gelu, biases, projections stored [in, out]. Llama: rope, rms, swiglu, no biases, [out, in].
struct Architecture {
  Positions positions = Positions::learned;
  Norm norm = Norm::layer;
  FeedForward feed_forward_kind = FeedForward::gelu;
  bool biases = true, tied_head = true;
  int layers = 4, heads = 4, kv_heads = 4, head_size = 32, width = 128, feed_forward = 512, context = 256,
      vocabulary = 256;
  double norm_epsilon = 1e-5, rope_theta = 10000.0;
  bool operator==(const Architecture&) const = default;
  [[nodiscard]] bool is_gpt2() const noexcept { return positions == Positions::learned; }
};
/// Derives what the spec leaves at 0: kv_heads = heads; feed_forward = 4 width (GPT-2), 8/3 width rounded up to 32
/// (Llama).
[[nodiscard]] Architecture architecture_of(const jobs::StudySpec& spec, int vocabulary);

/// One parameter tensor, named and shaped as Hugging Face's GPT2LMHeadModel / LlamaForCausalLM name and shape it.
struct ParameterInfo {
  std::string name;
  std::vector<std::int64_t> shape;
  std::size_t offset = 0;  ///< first element in the flat buffer; a multiple of 16 floats (64 bytes)
  std::size_t count = 0;
  bool decayed = false;  ///< weight decay applies (matrices; not norms, not biases)
};

class ParameterLayout {
 public:
  explicit ParameterLayout(const Architecture& architecture);
  [[nodiscard]] const std::vector<ParameterInfo>& parameters() const noexcept { return parameters_; }
  [[nodiscard]] const ParameterInfo& at(const std::string& name) const;
  /// Elements of the flat buffer, gaps included; padding elements are zero and stay zero.
  [[nodiscard]] std::size_t flat_size() const noexcept { return flat_size_; }
  [[nodiscard]] std::size_t parameter_count() const noexcept { return parameter_count_; }

 private:
  std::vector<ParameterInfo> parameters_;
  std::size_t flat_size_ = 0, parameter_count_ = 0;
};

/// FLOPs per token of a training step: 6 N + 6 layers width context, N the weights that take part in a product
/// (Kaplan et al. 2020, app. B; PaLM app. B for the attention term, halved by causality).
[[nodiscard]] double training_flops_per_token(const Architecture& architecture);

}  // namespace genloss::workers
