#include "workers/sampling/decoder.hpp"

#include <algorithm>
#include <string>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

/// Tokens that go through a layer together: enough to read each weight seldom, few enough to stay in the L2 cache.
constexpr int tile_tokens = 64;

/// Cuts tokens into one range per thread, of about equal size, never inside a row. @return threads + 1 bounds
std::vector<std::size_t> share(std::span<const DecodeToken> tokens, int threads) {
  std::vector<std::size_t> bounds{0};
  for (int t = 1; t < threads; ++t) {
    std::size_t cut = std::max(bounds.back(), tokens.size() * static_cast<std::size_t>(t) / threads);
    while (cut > 0 && cut < tokens.size() && tokens[cut].row == tokens[cut - 1].row) ++cut;
    bounds.push_back(cut);
  }
  bounds.push_back(tokens.size());
  return bounds;
}

}  // namespace

/// Work space of one thread: activations of a tile, rows padded to whole panels.
struct Decoder::Scratch {
  explicit Scratch(const Architecture& a)
      : width(PackedMatrix::stride_for(a.width)),
        joined(PackedMatrix::stride_for((a.heads + 2 * a.kv_heads) * a.head_size)),
        heads(PackedMatrix::stride_for(a.heads * a.head_size) + KvCache::block),
        hidden(PackedMatrix::stride_for(a.feed_forward)),
        vocabulary(PackedMatrix::stride_for(a.vocabulary)),
        floats(static_cast<std::size_t>(tile_tokens) * (2 * width + joined + heads + hidden + vocabulary) +
               KvCache::padded(a.context)) {
    float* next = floats.data();
    for (auto [rows, stride] : {std::pair{&residual, width},
                                {&normal, width},
                                {&qkv, joined},
                                {&attended, heads},
                                {&inner, hidden},
                                {&scores_of_tokens, vocabulary}}) {
      *rows = {next, stride};
      next += static_cast<std::ptrdiff_t>(tile_tokens) * stride;
    }
    attention_scores = next;
  }
  int width, joined, heads, hidden, vocabulary;
  AlignedFloats floats;
  Rows residual, normal, qkv, attended, inner, scores_of_tokens;
  float* attention_scores = nullptr;
};

Decoder::Decoder(std::shared_ptr<const PackedModel> model, int rows, int threads)
    : model_(std::move(model)), cache_(model_->architecture(), rows), team_(threads) {
  for (int t = 0; t < threads; ++t) scratch_.emplace_back(model_->architecture());
}

Decoder::~Decoder() = default;

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
  const auto bounds = share(tokens, team_.size());
  team_.run([&](int thread) {
    const std::size_t end = bounds[static_cast<std::size_t>(thread) + 1];
    for (std::size_t first = bounds[static_cast<std::size_t>(thread)]; first < end; first += tile_tokens) {
      const std::size_t count = std::min<std::size_t>(tile_tokens, end - first);
      forward_tile(thread, tokens.subspan(first, count), first, sink);
    }
  });
}

void Decoder::forward_tile(int thread, std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink) {
  Scratch& s = scratch_[static_cast<std::size_t>(thread)];
  const int count = static_cast<int>(tokens.size());
  for (int t = 0; t < count; ++t) {
    const auto& token = tokens[static_cast<std::size_t>(t)];
    model_->embed(token.id, token.position, s.residual.at(t));
  }
  for (int layer = 0; layer < architecture().layers; ++layer) {
    attention(s, layer, tokens);
    feed_forward(s, layer, count);
  }
  logits(thread, tokens, first, sink);
}

void Decoder::attention(Scratch& s, int layer, std::span<const DecodeToken> tokens) {
  const Architecture& a = architecture();
  const PackedLayer& weights = model_->layer(layer);
  const Kernels& k = kernels();
  const int count = static_cast<int>(tokens.size());
  k.normalise(s.residual, count, a.width, a.norm_epsilon, weights.before_attention.weight.data(),
              weights.before_attention.bias_or_null(), s.normal);
  k.multiply(weights.query_key_value, s.normal, count, s.qkv, Epilogue::store);

  const int key_start = a.heads * a.head_size, value_start = key_start + a.kv_heads * a.head_size;
  const int group = a.heads / a.kv_heads;
  for (int t = 0; t < count; ++t) {
    const auto& token = tokens[static_cast<std::size_t>(t)];
    float* row = s.qkv.at(t);
    model_->rotate(row, a.heads + a.kv_heads, token.position);  // query and key heads lie side by side
    for (int head = 0; head < a.kv_heads; ++head) {
      const int offset = head * a.head_size;
      cache_.store(layer, token.row, head, token.position, row + key_start + offset, row + value_start + offset);
      // A head may write past its end, where the next head or the padding of the row is still to come.
      for (int query = head * group; query < (head + 1) * group; ++query) {
        k.attend({row + static_cast<std::ptrdiff_t>(query) * a.head_size, cache_.keys(layer, token.row, head),
                  cache_.values(layer, token.row, head), token.position + 1, a.head_size},
                 s.attention_scores, s.attended.at(t) + static_cast<std::ptrdiff_t>(query) * a.head_size);
      }
    }
  }
  k.multiply(weights.attention_out, s.attended, count, s.residual, Epilogue::add);
}

void Decoder::feed_forward(Scratch& s, int layer, int tokens) {
  const Architecture& a = architecture();
  const PackedLayer& weights = model_->layer(layer);
  const Kernels& k = kernels();
  k.normalise(s.residual, tokens, a.width, a.norm_epsilon, weights.before_feed_forward.weight.data(),
              weights.before_feed_forward.bias_or_null(), s.normal);
  k.multiply(weights.feed_forward_in, s.normal, tokens, s.inner,
             a.feed_forward_kind == FeedForward::swiglu ? Epilogue::swiglu : Epilogue::gelu);
  k.multiply(weights.feed_forward_out, s.inner, tokens, s.residual, Epilogue::add);
}

void Decoder::logits(int thread, std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink) {
  const Architecture& a = architecture();
  Scratch& s = scratch_[static_cast<std::size_t>(thread)];
  int wanted = 0;
  for (int t = 0; t < static_cast<int>(tokens.size()); ++t) {
    if (!tokens[static_cast<std::size_t>(t)].wants_logits) continue;
    kernels().normalise({s.residual.at(t), s.residual.stride}, 1, a.width, a.norm_epsilon,
                        model_->last_norm().weight.data(), model_->last_norm().bias_or_null(),
                        {s.normal.at(wanted++), s.normal.stride});
  }
  kernels().multiply(model_->head(), s.normal, wanted, s.scores_of_tokens, Epilogue::store);
  wanted = 0;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (!tokens[t].wants_logits) continue;
    sink(thread, first + t, {s.scores_of_tokens.at(wanted++), static_cast<std::size_t>(a.vocabulary)});
  }
}

}  // namespace genloss::workers
