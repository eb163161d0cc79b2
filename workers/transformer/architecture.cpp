#include "workers/transformer/architecture.hpp"

#include <utility>

namespace genloss::workers {
namespace {

using Shape = std::vector<std::int64_t>;

void add_gpt2(ParameterLayout& to, const Architecture& a) {
  const std::int64_t d = a.width, f = a.feed_forward, v = a.vocabulary;
  to.add("transformer.wte.weight", {v, d});
  to.add("transformer.wpe.weight", {a.context, d});
  const auto pair = [&](const std::string& name, Shape shape) {
    const std::int64_t last = shape.back();
    to.add(name + ".weight", std::move(shape));
    to.add(name + ".bias", {last});
  };
  for (int i = 0; i < a.layers; ++i) {
    const std::string block = "transformer.h." + std::to_string(i) + ".";
    pair(block + "ln_1", {d});
    pair(block + "attn.c_attn", {d, 3 * d});
    pair(block + "attn.c_proj", {d, d});
    pair(block + "ln_2", {d});
    pair(block + "mlp.c_fc", {d, f});
    pair(block + "mlp.c_proj", {f, d});
  }
  pair("transformer.ln_f", {d});
  if (!a.tied_head) to.add("lm_head.weight", {v, d});
}

void add_llama(ParameterLayout& to, const Architecture& a) {
  const std::int64_t d = a.width, f = a.feed_forward, v = a.vocabulary;
  const std::int64_t q = std::int64_t{a.heads} * a.head_size, kv = std::int64_t{a.kv_heads} * a.head_size;
  to.add("model.embed_tokens.weight", {v, d});
  for (int i = 0; i < a.layers; ++i) {
    const std::string block = "model.layers." + std::to_string(i) + ".";
    to.add(block + "input_layernorm.weight", {d});
    to.add(block + "self_attn.q_proj.weight", {q, d});
    to.add(block + "self_attn.k_proj.weight", {kv, d});
    to.add(block + "self_attn.v_proj.weight", {kv, d});
    to.add(block + "self_attn.o_proj.weight", {d, q});
    to.add(block + "post_attention_layernorm.weight", {d});
    to.add(block + "mlp.gate_proj.weight", {f, d});
    to.add(block + "mlp.up_proj.weight", {f, d});
    to.add(block + "mlp.down_proj.weight", {d, f});
  }
  to.add("model.norm.weight", {d});
  if (!a.tied_head) to.add("lm_head.weight", {v, d});
}

}  // namespace

Architecture architecture_of(const jobs::StudySpec& spec, int vocabulary) {
  const jobs::ModelSection& m = spec.model;
  Architecture a;
  if (m.shape == jobs::ModelShape::llama) {
    a.positions = Positions::rope;
    a.norm = Norm::rms;
    a.feed_forward_kind = FeedForward::swiglu;
    a.biases = false;
  }
  a.tied_head = m.tied_head;
  a.layers = m.layers;
  a.heads = m.heads;
  a.kv_heads = a.is_gpt2() || m.kv_heads == 0 ? m.heads : m.kv_heads;
  a.head_size = m.width / m.heads;
  a.width = m.width;
  a.feed_forward = m.feed_forward;
  if (a.feed_forward == 0) a.feed_forward = a.is_gpt2() ? 4 * a.width : (8 * a.width / 3 + 31) / 32 * 32;
  a.context = m.context;
  a.vocabulary = vocabulary;
  a.norm_epsilon = m.norm_epsilon;
  a.rope_theta = m.rope_theta;
  return a;
}

ParameterLayout parameter_layout(const Architecture& a) {
  ParameterLayout layout;
  a.is_gpt2() ? add_gpt2(layout, a) : add_llama(layout, a);
  return layout;
}

double training_flops_per_token(const Architecture& a) {
  double weights = static_cast<double>(a.vocabulary) * a.width;  // the head, tied or not; look-ups are no products
  const ParameterLayout layout = parameter_layout(a);
  for (const ParameterInfo& p : layout.parameters()) {
    const bool lookup = p.name.ends_with("wte.weight") || p.name.ends_with("wpe.weight") ||
                        p.name.ends_with("embed_tokens.weight") || p.name == "lm_head.weight";
    if (p.shape.size() == 2 && !lookup) weights += static_cast<double>(p.count);
  }
  return 6 * weights + 6.0 * a.layers * a.heads * a.head_size * a.context;
}

}  // namespace genloss::workers
