#include "workers/sampling/decoder.hpp"

#include <algorithm>
#include <string>

#include "jobs/error.hpp"

namespace genloss::workers {

int rows_at_once(const Architecture& architecture, int positions, int batch) {
  constexpr std::size_t cache_of_a_core = std::size_t{8} << 20;  // of a last level of 32 MiB that cores share
  constexpr int full_tile = 8;                                   // rows whose products use the registers fully
  const auto rows = static_cast<int>(cache_of_a_core / KvCache::row_bytes(architecture, positions));
  const int chosen = rows / full_tile * full_tile;
  return chosen == 0 ? batch : std::min(batch, chosen);
}

Decoder::Decoder(std::shared_ptr<const PackedModel> model, int rows)
    : model_(std::move(model)), cache_(model_->architecture(), rows), work_(model_->architecture()) {}

void Decoder::check(std::span<const DecodeToken> tokens) const {
  for (const auto& t : tokens) {
    const bool fine = t.row >= 0 && t.row < cache_.rows() && t.position >= 0 && t.position < architecture().context &&
                      t.id >= 0 && t.id < architecture().vocabulary;
    if (fine) continue;
    throw Error(ExitCode::internal, "decode token", std::to_string(t.id),
                "row " + std::to_string(t.row) + " or position " + std::to_string(t.position) +
                    " or the token itself is outside the model");
  }
}

void Decoder::forward(std::span<const DecodeToken> tokens, const LogitSink& sink) {
  check(tokens);
  for (std::size_t first = 0; first < tokens.size(); first += Activations::tokens) {
    const std::size_t count = std::min<std::size_t>(Activations::tokens, tokens.size() - first);
    forward_tile(tokens.subspan(first, count), first, sink);
  }
}

void Decoder::forward_tile(std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink) {
  const int count = static_cast<int>(tokens.size());
  for (int t = 0; t < count; ++t) {
    const auto& token = tokens[static_cast<std::size_t>(t)];
    model_->embed(token.id, token.position, work_.residual.at(t));
  }
  for (int layer = 0; layer < architecture().layers; ++layer) {
    attention(layer, tokens);
    feed_forward(layer, count);
  }
  logits(tokens, first, sink);
}

void Decoder::attention(int layer, std::span<const DecodeToken> tokens) {
  const Architecture& a = architecture();
  const PackedLayer& weights = model_->layer(layer);
  const Kernels& k = kernels();
  const int count = static_cast<int>(tokens.size());
  k.normalise(work_.residual, count, a.width, a.norm_epsilon, weights.before_attention.weight.data(),
              weights.before_attention.bias_or_null(), work_.normal);
  k.multiply(weights.query_key_value, work_.normal, count, work_.query_key_value, Epilogue::store);

  const int key_start = a.heads * a.head_size, value_start = key_start + a.kv_heads * a.head_size;
  const int group = a.heads / a.kv_heads;
  for (int t = 0; t < count; ++t) {
    const auto& token = tokens[static_cast<std::size_t>(t)];
    float* row = work_.query_key_value.at(t);
    model_->rotate(row, a.heads + a.kv_heads, token.position);  // query and key heads lie side by side
    for (int head = 0; head < a.kv_heads; ++head) {
      const int offset = head * a.head_size;
      cache_.store(layer, token.row, head, token.position, row + key_start + offset, row + value_start + offset);
      // A head may write past its end, where the next head or the padding of the row is still to come.
      for (int query = head * group; query < (head + 1) * group; ++query) {
        k.attend({row + static_cast<std::ptrdiff_t>(query) * a.head_size, cache_.keys(layer, token.row, head),
                  cache_.values(layer, token.row, head), token.position + 1, a.head_size},
                 work_.attention_scores, work_.attended.at(t) + static_cast<std::ptrdiff_t>(query) * a.head_size);
      }
    }
  }
  k.multiply(weights.attention_out, work_.attended, count, work_.residual, Epilogue::add);
}

void Decoder::feed_forward(int layer, int tokens) {
  const Architecture& a = architecture();
  const PackedLayer& weights = model_->layer(layer);
  const Kernels& k = kernels();
  k.normalise(work_.residual, tokens, a.width, a.norm_epsilon, weights.before_feed_forward.weight.data(),
              weights.before_feed_forward.bias_or_null(), work_.normal);
  k.multiply(weights.feed_forward_in, work_.normal, tokens, work_.hidden,
             a.feed_forward_kind == FeedForward::swiglu ? Epilogue::swiglu : Epilogue::gelu);
  k.multiply(weights.feed_forward_out, work_.hidden, tokens, work_.residual, Epilogue::add);
}

void Decoder::logits(std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink) {
  const Architecture& a = architecture();
  int wanted = 0;
  for (int t = 0; t < static_cast<int>(tokens.size()); ++t) {
    if (!tokens[static_cast<std::size_t>(t)].wants_logits) continue;
    kernels().normalise({work_.residual.at(t), work_.residual.stride}, 1, a.width, a.norm_epsilon,
                        model_->last_norm().weight.data(), model_->last_norm().bias_or_null(),
                        {work_.normal.at(wanted++), work_.normal.stride});
  }
  kernels().multiply(model_->head(), work_.normal, wanted, work_.logits, Epilogue::store);
  wanted = 0;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (!tokens[t].wants_logits) continue;
    sink(first + t, {work_.logits.at(wanted++), static_cast<std::size_t>(a.vocabulary)});
  }
}

}  // namespace genloss::workers
