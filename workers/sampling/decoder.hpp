#pragma once
// Runs a transformer over tokens with a cache of keys and values: one token of many rows, many tokens of one row
// (prefill), or any mixture.

#include <cstdint>
#include <memory>
#include <span>

#include "workers/sampling/activations.hpp"
#include "workers/sampling/kv_cache.hpp"
#include "workers/sampling/packed_model.hpp"
#include "workers/sampling/token_decoder.hpp"

namespace genloss::workers {

/// How many decoders had best draw `batch` samples at once: one a thread, or, where there are fewer samples than
/// threads, one that shares each product among all of them.
[[nodiscard]] constexpr int decoders_at_once(int batch, int threads) noexcept { return batch < threads ? 1 : threads; }

/// How many of `batch` sequences of `positions` tokens one decoder had best decode at once; the others follow. Every
/// step reads the keys and values of all rows, so where a few rows fill a core's share of the cache, more are slower:
/// half the speed at 64 rows of a model of 4 layers and width 128. Where even a few do not fit, weights weigh more, and
/// all rows share the reading of them. A matter of time only: no result depends on it.
[[nodiscard]] int rows_at_once(const Architecture& architecture, int positions, int batch);

/// Batched decoding on cores. The row's number does not matter; a prefilled prompt equals a decoded one, bit for bit.
/// Threads have a decoder each and share the model; or one decoder shares its products and heads among all threads,
/// when it is not called from several.
class Decoder final : public TokenDecoder {
 public:
  /// @param rows sequences that are remembered
  Decoder(std::shared_ptr<const PackedModel> model, int rows);

  void forward(std::span<const DecodeToken> tokens, const LogitSink& sink) override;

  [[nodiscard]] const Architecture& architecture() const noexcept { return model_->architecture(); }
  [[nodiscard]] int rows() const noexcept override { return cache_.rows(); }

 private:
  void check(std::span<const DecodeToken> tokens) const;
  void forward_tile(std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink);
  void attention(int layer, std::span<const DecodeToken> tokens);
  /// Stores key and value of one token's head and lets the queries that share them look back.
  void attend(int layer, const DecodeToken& token, int row, int head);
  void feed_forward(int layer, int tokens);
  void normalise(const NormWeights& weights, int tokens, numerics::Rows out) const;
  void normalise_row(const NormWeights& weights, const float* from, float* to) const;
  static void multiply(const numerics::PackedMatrix& weights, numerics::Rows in, int rows, numerics::Rows out,
                       numerics::Epilogue epilogue);
  void logits(std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink);

  std::shared_ptr<const PackedModel> model_;
  KvCache cache_;
  Activations work_;
};

}  // namespace genloss::workers
