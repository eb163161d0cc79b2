#pragma once
// Runs a transformer over tokens with a cache of keys and values: one token of many rows, many tokens of one row
// (prefill), or any mixture.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "workers/sampling/kernels.hpp"
#include "workers/sampling/kv_cache.hpp"
#include "workers/sampling/packed_model.hpp"
#include "workers/sampling/thread_team.hpp"

namespace genloss::workers {

/// A token to be processed. Its row's positions 0 .. position - 1 were processed before it.
struct DecodeToken {
  int row = 0;
  int position = 0;
  std::int32_t id = 0;
  bool wants_logits = true;  ///< of the token that follows
};

/// Receives the logits [vocabulary] of tokens[token]; they are valid during the call. Called on thread number
/// `thread`, for different rows at the same time.
using LogitSink = std::function<void(int thread, std::size_t token, std::span<const float> logits)>;

/// Batched decoding. The logits of a token are a function of the weights and of the tokens of its row alone, bit for
/// bit on one kind of CPU: not of other rows, of the row's number, of threads, or of how a row's tokens were cut into
/// calls (so a prefilled prompt equals a decoded one).
class Decoder {
 public:
  /// @param rows sequences that are remembered; @param threads including the caller's
  Decoder(std::shared_ptr<const PackedModel> model, int rows, int threads);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Processes `tokens`. All of a row stand together, positions ascending; a row that begins again at position 0
  /// forgets what it held. @throws Error(internal) for a row, position or token that does not exist
  void forward(std::span<const DecodeToken> tokens, const LogitSink& sink);

  [[nodiscard]] const Architecture& architecture() const noexcept { return model_->architecture(); }
  [[nodiscard]] int rows() const noexcept { return cache_.rows(); }
  [[nodiscard]] int threads() const noexcept { return team_.size(); }

 private:
  struct Scratch;
  void check(std::span<const DecodeToken> tokens) const;
  void forward_tile(int thread, std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink);
  void attention(Scratch& scratch, int layer, std::span<const DecodeToken> tokens);
  void feed_forward(Scratch& scratch, int layer, int tokens);
  void logits(int thread, std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink);

  std::shared_ptr<const PackedModel> model_;
  KvCache cache_;
  ThreadTeam team_;
  std::vector<Scratch> scratch_;  // one per thread
};

}  // namespace genloss::workers
