#pragma once
// Runs a transformer over tokens with a cache of keys and values: one token of many rows, many tokens of one row
// (prefill), or any mixture.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "workers/sampling/activations.hpp"
#include "workers/sampling/kv_cache.hpp"
#include "workers/sampling/packed_model.hpp"

namespace genloss::workers {

/// A token to be processed. Its row's positions 0 .. position - 1 were processed before it.
struct DecodeToken {
  int row = 0;
  int position = 0;
  std::int32_t id = 0;
  bool wants_logits = true;  ///< of the token that follows
};

/// Receives the logits [vocabulary] of tokens[token]; they are valid during the call.
using LogitSink = std::function<void(std::size_t token, std::span<const float> logits)>;

/// How many of `batch` sequences of `positions` tokens one decoder had best decode at once; the others follow. Every
/// step reads the keys and values of all rows, so where a few rows fill a core's share of the cache, more are slower:
/// half the speed at 64 rows of a model of 4 layers and width 128. Where even a few do not fit, weights weigh more, and
/// all rows share the reading of them. A matter of time only: no result depends on it.
[[nodiscard]] int rows_at_once(const Architecture& architecture, int positions, int batch);

/// Batched decoding. The logits of a token are a function of the weights and of the tokens of its row alone, bit for
/// bit on one kind of CPU: not of other rows, of the row's number, or of how a row's tokens were cut into calls (so a
/// prefilled prompt equals a decoded one). Threads have a decoder each, and share the model.
class Decoder {
 public:
  /// @param rows sequences that are remembered
  Decoder(std::shared_ptr<const PackedModel> model, int rows);

  /// Processes `tokens`. All of a row stand together, positions ascending; a row that begins again at position 0
  /// forgets what it held. @throws Error(internal) for a row, position or token that does not exist
  void forward(std::span<const DecodeToken> tokens, const LogitSink& sink);

  [[nodiscard]] const Architecture& architecture() const noexcept { return model_->architecture(); }
  [[nodiscard]] int rows() const noexcept { return cache_.rows(); }

 private:
  void check(std::span<const DecodeToken> tokens) const;
  void forward_tile(std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink);
  void attention(int layer, std::span<const DecodeToken> tokens);
  void feed_forward(int layer, int tokens);
  void logits(std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink);

  std::shared_ptr<const PackedModel> model_;
  KvCache cache_;
  Activations work_;
};

}  // namespace genloss::workers
