#include "workers/sampling/decoder.hpp"

#include <algorithm>
#include <string>

#include "jobs/error.hpp"
#include "workers/numerics/parallel.hpp"

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
  const int count = static_cast<int>(tokens.size());
  normalise(weights.before_attention, count, work_.normal);
  multiply(weights.query_key_value, work_.normal, count, work_.query_key_value, numerics::Epilogue::store);
  // A token reads what earlier ones of its row have stored: tokens go one after the other, heads side by side.
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    model_->rotate(work_.query_key_value.at(static_cast<int>(t)), a.heads + a.kv_heads, tokens[t].position);
    numerics::parallel(static_cast<std::size_t>(a.kv_heads), [&](std::size_t head) {
      attend(layer, tokens[t], static_cast<int>(t), static_cast<int>(head));
    });
  }
  multiply(weights.attention_out, work_.attended, count, work_.residual, numerics::Epilogue::add);
}

void Decoder::attend(int layer, const DecodeToken& token, int row, int head) {
  const Architecture& a = architecture();
  const float* const query_key_value = work_.query_key_value.at(row);
  const int key_start = a.heads * a.head_size, value_start = key_start + a.kv_heads * a.head_size;
  const int group = a.heads / a.kv_heads, offset = head * a.head_size;
  cache_.store(layer, token.row, head, token.position, query_key_value + key_start + offset,
               query_key_value + value_start + offset);
  for (int query = head * group; query < (head + 1) * group; ++query) {
    const std::ptrdiff_t place = static_cast<std::ptrdiff_t>(query) * a.head_size;
    numerics::kernels().decode_attend({query_key_value + place, cache_.keys(layer, token.row, head),
                                       cache_.values(layer, token.row, head), token.position + 1, a.head_size},
                                      work_.attention_scores(head), work_.head_out(head));
    std::copy_n(work_.head_out(head), a.head_size, work_.attended.at(row) + place);
  }
}

void Decoder::feed_forward(int layer, int tokens) {
  const PackedLayer& weights = model_->layer(layer);
  const bool gated = architecture().feed_forward_kind == FeedForward::swiglu;
  normalise(weights.before_feed_forward, tokens, work_.normal);
  multiply(weights.feed_forward_in, work_.normal, tokens, work_.hidden,
           gated ? numerics::Epilogue::swiglu : numerics::Epilogue::gelu);
  multiply(weights.feed_forward_out, work_.hidden, tokens, work_.residual, numerics::Epilogue::add);
}

void Decoder::normalise(const NormWeights& weights, int tokens, numerics::Rows out) const {
  for (int t = 0; t < tokens; ++t) normalise_row(weights, work_.residual.at(t), out.at(t));
}

void Decoder::normalise_row(const NormWeights& weights, const float* from, float* to) const {
  numerics::kernels().normalise_row(from, weights.weight.data(), weights.bias_or_null(), to,
                                    static_cast<std::size_t>(architecture().width),
                                    static_cast<float>(architecture().norm_epsilon));
}

void Decoder::multiply(const numerics::PackedMatrix& weights, numerics::Rows in, int rows, numerics::Rows out,
                       numerics::Epilogue epilogue) {
  constexpr std::size_t panels_at_once = 2;
  numerics::parallel_blocks(static_cast<std::size_t>(weights.panels()), panels_at_once,
                            [&](std::size_t begin, std::size_t end) {
                              numerics::kernels().decode_multiply(weights, in, rows, out, epilogue,
                                                                  static_cast<int>(begin), static_cast<int>(end));
                            });
}

void Decoder::logits(std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink) {
  const Architecture& a = architecture();
  int wanted = 0;
  for (int t = 0; t < static_cast<int>(tokens.size()); ++t) {
    if (!tokens[static_cast<std::size_t>(t)].wants_logits) continue;
    normalise_row(model_->last_norm(), work_.residual.at(t), work_.normal.at(wanted++));
  }
  multiply(model_->head(), work_.normal, wanted, work_.logits, numerics::Epilogue::store);
  wanted = 0;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (!tokens[t].wants_logits) continue;
    sink(first + t, {work_.logits.at(wanted++), static_cast<std::size_t>(a.vocabulary)});
  }
}

}  // namespace genloss::workers
