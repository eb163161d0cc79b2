#pragma once
// Runs a transformer over tokens with a cache of keys and values: one token of many rows, many tokens of one row
// (prefill), or any mixture.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "workers/sampling/activations.hpp"
#include "workers/sampling/kv_cache.hpp"
#include "workers/sampling/packed_model.hpp"
#include "workers/sampling/token_decoder.hpp"

namespace genloss::workers {

/// How many decoders had best draw `batch` samples at once: one a thread, or, where there are fewer samples than
/// threads, one that shares each product among all of them.
[[nodiscard]] constexpr int decoders_at_once(int batch, int threads) noexcept { return batch < threads ? 1 : threads; }

/// How many of `batch` sequences of `positions` tokens one decoder had best decode at once; the others follow. Every
/// step reads the keys and values of all rows, so where a few rows fill a core's share of the cache, more are slower.
/// Where even a few do not fit, weights weigh more, and all rows share the reading of them. A matter of time only: no
/// result depends on it.
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
  /// Tokens [first, end) of the tile at hand.
  struct Group {
    int first = 0, end = 0;
    [[nodiscard]] int size() const noexcept { return end - first; }
  };
  /// Attention of a group that is done in steps between the panels of another group's products. Attention waits for
  /// memory and products for arithmetic, so the products fetch what the next step reads. A step is a token's head.
  struct Waiting {
    Group group;
    int layer = 0;
    std::size_t done = 0, steps = 0;
    std::size_t multiplied = 0, to_multiply = 0;  ///< weights
  };

  void forward_tile(std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink);
  void in_turn(Group whole);
  void overlapped(Group early, Group late);
  void before_attention(int layer, Group group);
  void attention(int layer, Group group);
  void after_attention(int layer, Group group);
  /// What work_ holds of a group.
  [[nodiscard]] static numerics::Rows of(Group group, numerics::Rows rows) {
    return {rows.at(group.first), rows.stride};
  }
  /// Weights of a layer that are multiplied after its attention.
  [[nodiscard]] std::size_t after(int layer) const noexcept;
  /// @param to_multiply weights of the products until finish_waiting()
  void begin_waiting(int layer, Group group, std::size_t to_multiply);
  void finish_waiting();
  /// @return the step that has to be reached when `weights` more are multiplied
  std::size_t due_after(std::size_t weights);
  void list_next(std::size_t end);
  void do_steps(std::size_t end);
  /// Stores key and value of one token's head and lets the queries that share them look back.
  void attend(int layer, int token, int head);
  void normalise(const NormWeights& weights, Group group, numerics::Rows out) const;
  void normalise_row(const NormWeights& weights, const float* from, float* to) const;
  void multiply(const numerics::PackedMatrix& weights, numerics::Rows in, Group group, numerics::Rows out,
                numerics::Epilogue epilogue);
  void logits(std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink);

  std::shared_ptr<const PackedModel> model_;
  KvCache cache_;
  Activations work_;
  std::span<const DecodeToken> tokens_;  ///< of the tile at hand
  Waiting waiting_;
  std::vector<std::span<const float>> next_;
};

}  // namespace genloss::workers
