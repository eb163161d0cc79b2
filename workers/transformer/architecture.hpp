#pragma once
// The shape of a decoder-only transformer, and its parameters. No LibTorch here.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "jobs/study_spec.hpp"
#include "workers/network/parameters.hpp"

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

/// Its parameters in the order of computation, named and shaped as Hugging Face's GPT2LMHeadModel / LlamaForCausalLM
/// name and shape them.
[[nodiscard]] ParameterLayout parameter_layout(const Architecture& architecture);

/// FLOPs per token of a training step: 6 N + 6 layers width context, N the weights that take part in a product
/// (Kaplan et al. 2020, app. B; PaLM app. B for the attention term, halved by causality).
[[nodiscard]] double training_flops_per_token(const Architecture& architecture);

}  // namespace genloss::workers
