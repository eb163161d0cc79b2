#include "workers/sampling/packed_model.hpp"

#include <algorithm>
#include <string>

#include "workers/numerics/elementwise.hpp"

namespace genloss::workers {
namespace {

numerics::AlignedFloats copy_of(std::span<const float> values) {
  numerics::AlignedFloats copy(values.size());
  std::copy(values.begin(), values.end(), copy.data());
  return copy;
}

/// A projection stored as GPT-2 stores it: [in, out] and a bias.
numerics::PackedMatrix projection(const Weights& weights, const std::string& name, int in, int out) {
  numerics::PackedMatrix packed(in, out);
  packed.set(0, out, weights.values(name + ".weight"), false);
  packed.set_bias(weights.values(name + ".bias"));
  return packed;
}

/// A linear map stored as Llama stores it: [out, in].
numerics::PackedMatrix linear(const Weights& weights, const std::string& name, int in, int out) {
  numerics::PackedMatrix packed(in, out);
  packed.set(0, out, weights.values(name), true);
  return packed;
}

NormWeights layer_norm(const Weights& weights, const std::string& name) {
  return {copy_of(weights.values(name + ".weight")), copy_of(weights.values(name + ".bias"))};
}

}  // namespace

PackedModel::PackedModel(const Weights& weights) : architecture_(weights.architecture()) {
  architecture_.is_gpt2() ? pack_gpt2(weights) : pack_llama(weights);
}

void PackedModel::pack_gpt2(const Weights& weights) {
  const int d = architecture_.width, f = architecture_.feed_forward;
  for (int i = 0; i < architecture_.layers; ++i) {
    const std::string h = "transformer.h." + std::to_string(i) + ".";
    layers_.push_back({layer_norm(weights, h + "ln_1"), layer_norm(weights, h + "ln_2"),
                       projection(weights, h + "attn.c_attn", d, 3 * d), projection(weights, h + "attn.c_proj", d, d),
                       projection(weights, h + "mlp.c_fc", d, f), projection(weights, h + "mlp.c_proj", f, d)});
  }
  last_norm_ = layer_norm(weights, "transformer.ln_f");
  token_table_ = copy_of(weights.values("transformer.wte.weight"));
  position_table_ = copy_of(weights.values("transformer.wpe.weight"));
  head_ = linear(weights, "transformer.wte.weight", d, architecture_.vocabulary);
}

void PackedModel::pack_llama(const Weights& weights) {
  const int d = architecture_.width, f = architecture_.feed_forward;
  const int q = architecture_.heads * architecture_.head_size, kv = architecture_.kv_heads * architecture_.head_size;
  for (int i = 0; i < architecture_.layers; ++i) {
    const std::string name = "model.layers." + std::to_string(i) + ".";
    numerics::PackedMatrix joined(d, q + 2 * kv);
    joined.set(0, q, weights.values(name + "self_attn.q_proj.weight"), true);
    joined.set(q, kv, weights.values(name + "self_attn.k_proj.weight"), true);
    joined.set(q + kv, kv, weights.values(name + "self_attn.v_proj.weight"), true);
    layers_.push_back({{copy_of(weights.values(name + "input_layernorm.weight")), {}},
                       {copy_of(weights.values(name + "post_attention_layernorm.weight")), {}},
                       std::move(joined),
                       linear(weights, name + "self_attn.o_proj.weight", q, d),
                       numerics::PackedMatrix::pair(d, f, weights.values(name + "mlp.gate_proj.weight"),
                                                    weights.values(name + "mlp.up_proj.weight")),
                       linear(weights, name + "mlp.down_proj.weight", f, d)});
  }
  last_norm_.weight = copy_of(weights.values("model.norm.weight"));
  token_table_ = copy_of(weights.values("model.embed_tokens.weight"));
  head_ = linear(weights, architecture_.tied_head ? "model.embed_tokens.weight" : "lm_head.weight", d,
                 architecture_.vocabulary);
  rotary_.emplace(static_cast<std::size_t>(architecture_.context), static_cast<std::size_t>(architecture_.head_size),
                  architecture_.rope_theta);
}

void PackedModel::embed(int token, int position, float* out) const noexcept {
  const int d = architecture_.width;
  std::copy_n(token_table_.data() + static_cast<std::ptrdiff_t>(token) * d, d, out);
  if (position_table_.size() == 0) return;
  numerics::add(out, position_table_.data() + static_cast<std::ptrdiff_t>(position) * d, static_cast<std::size_t>(d));
}

void PackedModel::rotate(float* vectors, int heads, int position) const {
  if (rotary_) rotary_->turn_row(vectors, static_cast<std::size_t>(heads), static_cast<std::size_t>(position), false);
}

}  // namespace genloss::workers
