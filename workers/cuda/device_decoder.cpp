#include "workers/cuda/device_decoder.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "jobs/error.hpp"

namespace genloss::workers::cuda {

using at::Tensor;

/// One token of each row through the layers: the forward pass of workers/transformer with a cache.
class DeviceDecoder::Pass {
 public:
  explicit Pass(DeviceDecoder& decoder) : d_(decoder), a_(decoder.model_.architecture), positions_(decoder.positions_) {
    // What lies behind a row's position is not seen: [rows, 1, 1, context]
    hidden_ = d_.places_.unsqueeze(0).gt(positions_.unsqueeze(1)).view({d_.rows_, 1, 1, a_.context});
    slot_ = positions_.view({d_.rows_, 1, 1, 1}).expand({d_.rows_, a_.kv_heads, 1, a_.head_size});
    if (!a_.is_gpt2()) {
      cosines_ = d_.model_.rotary->cosines.index_select(0, positions_).unsqueeze(1);
      sines_ = d_.model_.rotary->sines.index_select(0, positions_).unsqueeze(1);
    }
  }

  /// @return logits [rows, vocabulary]
  [[nodiscard]] Tensor run() {
    const Tensor& embedding = next();
    Tensor x = embedding.index_select(0, d_.ids_);
    if (a_.is_gpt2()) x = x + next().index_select(0, positions_);
    for (int layer = 0; layer < a_.layers; ++layer) x = a_.is_gpt2() ? gpt2_layer(x, layer) : llama_layer(x, layer);
    x = norm(x);
    return at::linear(x, a_.tied_head ? embedding : next());
  }

 private:
  const Tensor& next() { return d_.model_.parameters[at_++]; }

  Tensor norm(const Tensor& x) {
    const Tensor& weight = next();
    if (a_.is_gpt2()) return at::layer_norm(x, {x.size(-1)}, weight, next(), a_.norm_epsilon);
    return x * at::rsqrt((x * x).mean(-1, /*keepdim=*/true) + a_.norm_epsilon) * weight;
  }
  Tensor project(const Tensor& x) {  // GPT-2's matrices are [in, out]
    const Tensor& weight = next();
    return at::addmm(next(), x, weight);
  }
  [[nodiscard]] Tensor heads(const Tensor& x, int count) const { return x.view({d_.rows_, count, a_.head_size}); }

  /// Turns the pairs (x[i], x[i + size / 2]) of each head by the angles of its row's position.
  [[nodiscard]] Tensor rotate(const Tensor& x) const {
    const auto halves = x.chunk(2, -1);
    return at::cat({halves[0] * cosines_ - halves[1] * sines_, halves[1] * cosines_ + halves[0] * sines_}, -1);
  }

  /// q [rows, heads, size]; k, v [rows, kv_heads, size] -> [rows, heads * size]. Neighbouring query heads share a key
  /// head.
  Tensor attend(int layer, const Tensor& q, const Tensor& k, const Tensor& v) {
    Cache& cache = d_.caches_[static_cast<std::size_t>(layer)];
    cache.keys.scatter_(2, slot_, k.unsqueeze(2));
    cache.values.scatter_(2, slot_, v.unsqueeze(2));
    const Tensor queries = q.reshape({d_.rows_, a_.kv_heads, a_.heads / a_.kv_heads, a_.head_size});
    const Tensor scores = at::matmul(queries, cache.keys.transpose(2, 3)) / std::sqrt(a_.head_size);
    const Tensor shares = scores.masked_fill(hidden_, -std::numeric_limits<float>::infinity()).softmax(-1);
    return at::matmul(shares, cache.values).reshape({d_.rows_, -1});
  }

  Tensor gpt2_layer(const Tensor& x, int layer) {
    const auto qkv = project(norm(x)).split(a_.width, -1);
    const Tensor y = attend(layer, heads(qkv[0].contiguous(), a_.heads), heads(qkv[1].contiguous(), a_.heads),
                            heads(qkv[2].contiguous(), a_.heads));
    const Tensor middle = x + project(y);
    const Tensor hidden = at::gelu(project(norm(middle)), "tanh");
    return middle + project(hidden);
  }

  Tensor llama_layer(const Tensor& x, int layer) {
    const Tensor normed = norm(x);
    const Tensor q = rotate(heads(at::linear(normed, next()), a_.heads));
    const Tensor k = rotate(heads(at::linear(normed, next()), a_.kv_heads));
    const Tensor v = heads(at::linear(normed, next()), a_.kv_heads);
    const Tensor middle = x + at::linear(attend(layer, q, k, v), next());
    const Tensor again = norm(middle);
    const Tensor gate = at::silu(at::linear(again, next()));
    const Tensor up = at::linear(again, next());
    return middle + at::linear(gate * up, next());
  }

  DeviceDecoder& d_;
  const Architecture& a_;
  Tensor positions_, hidden_, slot_, cosines_, sines_;
  std::size_t at_ = 0;
};

DeviceDecoder::DeviceDecoder(const Weights& weights, const TorchDevice& device, int rows)
    : device_(device), rows_(rows), model_{weights.architecture(), {}}, next_(static_cast<std::size_t>(rows)) {
  const Architecture& a = weights.architecture();
  const at::TensorOptions options = at::TensorOptions(at::kFloat).device(device.device);
  // from_blob takes no const; upload() only reads.
  auto* const flat = const_cast<float*>(weights.flat().data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  for (const Tensor& parameter : view(a, weights.layout(), flat, false).parameters) {
    model_.parameters.push_back(device.upload(parameter));
  }
  if (!a.is_gpt2()) {
    const RotaryTable table = rotary_table(a, a.context);
    model_.rotary = RotaryTable{device.upload(table.cosines), device.upload(table.sines)};
  }
  for (int layer = 0; layer < a.layers; ++layer) {
    caches_.push_back({at::zeros({rows, a.kv_heads, a.context, a.head_size}, options),
                       at::zeros({rows, a.kv_heads, a.context, a.head_size}, options)});
  }
  places_ = at::arange(a.context, options.dtype(at::kLong));
  ids_ = at::zeros({rows}, places_.options());
  positions_ = at::zeros({rows}, places_.options());
  logits_ = at::zeros({rows, a.vocabulary}, options);
  pass_ = device_.capture([this] { logits_.copy_(Pass(*this).run()); });
}

void DeviceDecoder::check(const DecodeToken& t) const {
  const Architecture& a = model_.architecture;
  const bool fine =
      t.row >= 0 && t.row < rows_ && t.position >= 0 && t.position < a.context && t.id >= 0 && t.id < a.vocabulary;
  if (fine) return;
  throw Error(ExitCode::internal, "decode token", std::to_string(t.id),
              "row " + std::to_string(t.row) + " or position " + std::to_string(t.position) +
                  " or the token itself is outside the model");
}

void DeviceDecoder::forward(std::span<const DecodeToken> tokens, const LogitSink& sink) {
  const c10::InferenceMode no_gradients;
  std::vector<std::vector<std::size_t>> of_row(static_cast<std::size_t>(rows_));
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    check(tokens[t]);
    of_row[static_cast<std::size_t>(tokens[t].row)].push_back(t);
  }
  std::size_t steps = 0;
  for (const auto& mine : of_row) steps = std::max(steps, mine.size());
  const std::int64_t last_position = model_.architecture.context - 1;
  for (std::size_t s = 0; s < steps; ++s) {
    // A row without a token in this step computes something at its next position, which nobody looks at and its next
    // token overwrites.
    std::vector<std::int64_t> ids(of_row.size()), positions(of_row.size());
    for (std::size_t row = 0; row < of_row.size(); ++row) {
      if (s < of_row[row].size()) {
        const DecodeToken& token = tokens[of_row[row][s]];
        ids[row] = token.id;
        positions[row] = token.position;
        next_[row] = token.position + 1;
      } else {
        positions[row] = std::min(next_[row], last_position);
      }
    }
    const Tensor logits = step(ids, positions);
    for (std::size_t row = 0; row < of_row.size(); ++row) {
      if (s >= of_row[row].size() || !tokens[of_row[row][s]].wants_logits) continue;
      const auto vocabulary = static_cast<std::size_t>(model_.architecture.vocabulary);
      sink(of_row[row][s], {logits.data_ptr<float>() + row * vocabulary, vocabulary});
    }
  }
}

Tensor DeviceDecoder::step(const std::vector<std::int64_t>& ids, const std::vector<std::int64_t>& positions) {
  ids_.copy_(device_.upload(at::tensor(ids, at::kLong)));
  positions_.copy_(device_.upload(at::tensor(positions, at::kLong)));
  pass_();
  return logits_.cpu();
}

}  // namespace genloss::workers::cuda
