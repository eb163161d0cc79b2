#pragma once
// What a model thinks of a text, token by token.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "workers/passes/reading_pass.hpp"
#include "workers/scoring/score_windows.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::workers {

/// One prediction. Plain data: it travels between ranks.
struct TokenScore {
  std::int32_t token = 0;      ///< what came
  float surprisal_nats = 0;    ///< -ln of the probability it was given
  float confidence = 0;        ///< probability of the likeliest token
  float entropy_nats = 0;      ///< of the whole prediction
  std::uint32_t window = 0;    ///< number of the window, in reading order
  std::int32_t likeliest = 0;  ///< the token that confidence belongs to; of equal ones the smallest id
  [[nodiscard]] bool correct() const noexcept { return likeliest == token; }
};

/// Scores windows, a fixed number at a time: windows [block * windows_per_block, ...) are one item of work, whose
/// results do not depend on who computes it.
class Scorer {
 public:
  static constexpr std::size_t windows_per_block = 16;
  /// @param end_token stands in front of every text
  Scorer(std::shared_ptr<const Weights> weights, int threads, std::int32_t end_token);

  [[nodiscard]] static std::uint64_t blocks(std::size_t windows) {
    return (windows + windows_per_block - 1) / windows_per_block;
  }
  /// Scores of the windows of one block, in reading order.
  [[nodiscard]] std::vector<TokenScore> score(std::span<const Passage> texts, std::span<const ScoreWindow> windows,
                                              std::uint64_t block) const;

 private:
  std::shared_ptr<const Weights> weights_;
  std::unique_ptr<ReadingPass> pass_;  // its buffers are written by score(): one caller at a time
  std::int32_t end_token_;
};

}  // namespace genloss::workers
