#include "workers/scoring/scorer.hpp"

#include <algorithm>
#include <cmath>

#include "workers/numerics/kernels.hpp"
#include "workers/numerics/threads.hpp"

namespace genloss::workers {
namespace {

/// Element `at` of (end, tokens..., end).
std::int32_t element(const Passage& text, std::uint64_t at, std::int32_t end_token) {
  return at == 0 || at > text.tokens.size() ? end_token : text.tokens[at - 1];
}

/// What a row of logits says of the token that came.
void take(std::span<const float> logits, TokenScore& score) {
  const numerics::LogitSummary summary = numerics::kernels().summarise(logits);
  const double log_sum = std::log(summary.sum);
  const double below = static_cast<double>(logits[static_cast<std::size_t>(score.token)]) - summary.largest;
  score.surprisal_nats = static_cast<float>(log_sum - below);
  score.confidence = static_cast<float>(1 / summary.sum);
  score.entropy_nats = static_cast<float>(log_sum - summary.weighted / summary.sum);
  score.likeliest = summary.arg_largest;
}

}  // namespace

Scorer::Scorer(std::shared_ptr<const Weights> weights, int threads, std::int32_t end_token)
    : weights_(std::move(weights)), end_token_(end_token) {
  numerics::use_threads(threads);
  pass_ = std::make_unique<ReadingPass>(weights_->architecture(), weights_->flat().data());
}

std::vector<TokenScore> Scorer::score(std::span<const Passage> texts, std::span<const ScoreWindow> windows,
                                      std::uint64_t block) const {
  const std::size_t first = block * windows_per_block;
  const auto mine = windows.subspan(first, std::min(windows_per_block, windows.size() - first));
  // What follows a window's end is not looked at by what stands before it: all are as long as the longest, in steps.
  constexpr std::uint64_t step = 64;
  std::uint64_t longest = 1;
  for (const ScoreWindow& w : mine) longest = std::max(longest, w.end - w.begin - 1);
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(
      (longest + step - 1) / step * step, static_cast<std::uint64_t>(weights_->architecture().context)));
  std::vector<std::int32_t> inputs(mine.size() * length, end_token_);
  std::vector<std::size_t> places;
  std::vector<TokenScore> scores;
  for (std::size_t row = 0; row < mine.size(); ++row) {
    const ScoreWindow& w = mine[row];
    for (std::uint64_t e = w.begin; e + 1 < w.end; ++e) {
      inputs[row * length + (e - w.begin)] = element(texts[w.text], e, end_token_);
    }
    for (std::uint64_t e = w.first; e < w.end; ++e) {
      places.push_back(row * length + (e - 1 - w.begin));
      scores.push_back({});
      scores.back().token = element(texts[w.text], e, end_token_);
      scores.back().window = static_cast<std::uint32_t>(first + row);
    }
  }
  pass_->read(inputs, length, places, [&](std::size_t i, std::span<const float> logits) { take(logits, scores[i]); });
  return scores;
}

}  // namespace genloss::workers
