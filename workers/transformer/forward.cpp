#include "workers/transformer/forward.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/dot.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/where.h>

#include <cmath>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

using at::Tensor;

/// Takes the parameters one after the other, in the order in which ParameterLayout lists them and a pass needs them.
class Parameters {
 public:
  explicit Parameters(const TensorViews& model) : model_(model) {}
  const Tensor& next() { return model_.parameters[at_++]; }

 private:
  const TensorViews& model_;
  std::size_t at_ = 0;
};

/// [B, T, heads * size] -> [B, heads, T, size]
Tensor to_heads(const Tensor& x, int heads, int size) {
  return x.view({x.size(0), x.size(1), heads, size}).transpose(1, 2);
}
/// Back again.
Tensor from_heads(const Tensor& x) { return x.transpose(1, 2).reshape({x.size(0), x.size(2), x.size(1) * x.size(3)}); }

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v) {
  return at::scaled_dot_product_attention(q, k, v, {}, 0.0, /*is_causal=*/true, {}, q.size(1) != k.size(1));
}

/// x [N, in] times a GPT-2 "Conv1D" matrix [in, out], plus bias.
Tensor project(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  auto shape = x.sizes().vec();
  shape.back() = weight.size(1);
  return at::addmm(bias, x.reshape({-1, weight.size(0)}), weight).view(shape);
}

Tensor layer_norm(const Tensor& x, Parameters& p, double epsilon) {
  const Tensor& weight = p.next();
  const Tensor& bias = p.next();
  return at::layer_norm(x, {x.size(-1)}, weight, bias, epsilon);
}

Tensor gpt2_block(const Tensor& x, Parameters& p, const Architecture& a) {
  const auto linear = [&](const Tensor& input) {
    const Tensor& weight = p.next();
    return project(input, weight, p.next());
  };
  const auto qkv = linear(layer_norm(x, p, a.norm_epsilon)).split(a.width, -1);
  const Tensor y = attention(to_heads(qkv[0], a.heads, a.head_size), to_heads(qkv[1], a.heads, a.head_size),
                             to_heads(qkv[2], a.heads, a.head_size));
  const Tensor middle = x + linear(from_heads(y));
  return middle + linear(at::gelu(linear(layer_norm(middle, p, a.norm_epsilon)), "tanh"));
}

/// Turns the pairs (x[i], x[i + size / 2]) of each head by the angles of its position.
Tensor rotate(const Tensor& x, const RotaryTable& table) {
  const auto halves = x.chunk(2, -1);
  return at::cat(
      {halves[0] * table.cosines - halves[1] * table.sines, halves[1] * table.cosines + halves[0] * table.sines}, -1);
}

Tensor rms_norm(const Tensor& x, const Tensor& weight, double epsilon) {
  return x * at::rsqrt((x * x).mean(-1, /*keepdim=*/true) + epsilon) * weight;
}

Tensor llama_block(const Tensor& x, Parameters& p, const Architecture& a, const RotaryTable& table) {
  const Tensor normed = rms_norm(x, p.next(), a.norm_epsilon);
  const Tensor q = rotate(to_heads(at::linear(normed, p.next()), a.heads, a.head_size), table);
  const Tensor k = rotate(to_heads(at::linear(normed, p.next()), a.kv_heads, a.head_size), table);
  const Tensor v = to_heads(at::linear(normed, p.next()), a.kv_heads, a.head_size);
  const Tensor middle = x + at::linear(from_heads(attention(q, k, v)), p.next());
  const Tensor again = rms_norm(middle, p.next(), a.norm_epsilon);
  const Tensor gate = at::silu(at::linear(again, p.next()));
  const Tensor up = at::linear(again, p.next());
  return middle + at::linear(gate * up, p.next());
}

RotaryTable first_positions(const RotaryTable& table, std::int64_t length) {
  return {table.cosines.narrow(0, 0, length), table.sines.narrow(0, 0, length)};
}

}  // namespace

TensorViews view(const Architecture& architecture, const ParameterLayout& layout, float* flat, bool differentiable) {
  TensorViews views{architecture, {}};
  for (const ParameterInfo& p : layout.parameters()) {
    views.parameters.push_back(at::from_blob(flat + p.offset, p.shape, at::kFloat));
    if (differentiable) views.parameters.back().requires_grad_();
  }
  return views;
}

RotaryTable rotary_table(const Architecture& a, std::int64_t positions) {
  const int half = a.head_size / 2;
  Tensor cosines = at::empty({positions, half}, at::kFloat), sines = at::empty_like(cosines);
  for (std::int64_t t = 0; t < positions; ++t) {
    for (int i = 0; i < half; ++i) {
      const double angle = static_cast<double>(t) * std::pow(a.rope_theta, -2.0 * i / a.head_size);
      cosines.data_ptr<float>()[t * half + i] = static_cast<float>(std::cos(angle));
      sines.data_ptr<float>()[t * half + i] = static_cast<float>(std::sin(angle));
    }
  }
  return {cosines, sines};
}

at::Tensor logits(const TensorViews& model, const at::Tensor& tokens) {
  const Architecture& a = model.architecture;
  const std::int64_t length = tokens.size(1);
  if (length > a.context) {
    throw Error(ExitCode::internal, "run model", "on " + std::to_string(length) + " tokens",
                "its context is " + std::to_string(a.context));
  }
  Parameters p(model);
  const Tensor& embedding = p.next();
  Tensor x = at::embedding(embedding, tokens);
  if (a.is_gpt2()) {
    x = x + p.next().narrow(0, 0, length);
    for (int i = 0; i < a.layers; ++i) x = gpt2_block(x, p, a);
    x = layer_norm(x, p, a.norm_epsilon);
  } else {
    const RotaryTable table = model.rotary ? first_positions(*model.rotary, length) : rotary_table(a, length);
    for (int i = 0; i < a.layers; ++i) x = llama_block(x, p, a, table);
    x = rms_norm(x, p.next(), a.norm_epsilon);
  }
  return at::linear(x, a.tied_head ? embedding : p.next());
}

at::Tensor logits(const Weights& weights, const at::Tensor& tokens) {
  const at::NoGradGuard no_graph;
  // from_blob takes no const; nothing below writes to a parameter.
  auto* const flat = const_cast<float*>(weights.flat().data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  return logits(view(weights.architecture(), weights.layout(), flat, false), tokens);
}

at::Tensor inputs_of(const at::Tensor& windows) { return at::where(windows < 0, -1 - windows, windows); }

at::Tensor summed_loss(const at::Tensor& scores, const at::Tensor& windows, const at::Tensor& weights,
                       double truncated) {
  constexpr std::int64_t none = -100;
  const at::Tensor stored = windows.reshape({-1}).clamp_min(-1);
  // masked_fill() hands its number to the kernel; at::where() would make a tensor of it.
  const at::Tensor targets = stored.masked_fill(stored < 0, none);
  if (!weights.defined() && truncated <= 0) {
    return at::cross_entropy_loss(scores, targets, {}, at::Reduction::Sum, none);
  }
  Tensor losses = at::cross_entropy_loss(scores, targets, {}, at::Reduction::None, none);
  if (truncated > 0) losses = losses.masked_fill(at::exp(-losses.detach()) > truncated, 0);
  losses = losses.view({windows.size(0), -1}).sum(1);
  return weights.defined() ? at::dot(losses, weights) : losses.sum();
}

}  // namespace genloss::workers
