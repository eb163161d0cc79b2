#include "workers/scoring/scorer.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_softmax.h>

#include <algorithm>

#include "workers/numerics/threads.hpp"
#include "workers/transformer/forward.hpp"

namespace genloss::workers {
namespace {

/// Element `at` of (end, tokens..., end).
std::int32_t element(const ScoreText& text, std::uint64_t at, std::int32_t end_token) {
  return at == 0 || at > text.tokens.size() ? end_token : text.tokens[at - 1];
}

}  // namespace

Scorer::Scorer(std::shared_ptr<const Weights> weights, int threads, std::int32_t end_token)
    : weights_(std::move(weights)), end_token_(end_token) {
  numerics::use_threads(threads);
}

std::vector<TokenScore> Scorer::score(std::span<const ScoreText> texts, std::span<const ScoreWindow> windows,
                                      std::uint64_t block) const {
  const std::size_t first = block * windows_per_block;
  const auto mine = windows.subspan(first, std::min(windows_per_block, windows.size() - first));
  const auto rows = static_cast<std::int64_t>(mine.size()),
             context = static_cast<std::int64_t>(weights_->architecture().context);
  // Always the full context: what follows a window's end is not looked at by what stands before it, and the shape, and
  // with it every rounding, stays the same.
  at::Tensor inputs = at::full({rows, context}, end_token_, at::kLong), targets = inputs.clone();
  for (std::size_t row = 0; row < mine.size(); ++row) {
    const ScoreWindow& w = mine[row];
    auto* in = inputs.data_ptr<std::int64_t>() + static_cast<std::int64_t>(row) * context;
    auto* out = targets.data_ptr<std::int64_t>() + static_cast<std::int64_t>(row) * context;
    for (std::uint64_t e = w.begin; e + 1 < w.end; ++e) {
      in[e - w.begin] = element(texts[w.text], e, end_token_);
      out[e - w.begin] = element(texts[w.text], e + 1, end_token_);
    }
  }
  const c10::InferenceMode no_gradients;
  const at::Tensor log_p = at::log_softmax(logits(*weights_, inputs), -1);
  const at::Tensor surprisal = -log_p.gather(-1, targets.unsqueeze(-1)).squeeze(-1).contiguous();
  const auto [best, likeliest] = log_p.max(-1);
  const at::Tensor confidence = best.exp().contiguous(), guess = likeliest.contiguous();
  const at::Tensor entropy = -(log_p.exp() * log_p).sum(-1).contiguous();
  std::vector<TokenScore> scores;
  for (std::size_t row = 0; row < mine.size(); ++row) {
    const ScoreWindow& w = mine[row];
    for (std::uint64_t e = w.first; e < w.end; ++e) {
      const auto at = static_cast<std::int64_t>(row) * context + static_cast<std::int64_t>(e - 1 - w.begin);
      const std::int64_t target = targets.data_ptr<std::int64_t>()[at];
      scores.push_back({static_cast<std::int32_t>(target), surprisal.data_ptr<float>()[at],
                        confidence.data_ptr<float>()[at], entropy.data_ptr<float>()[at],
                        static_cast<std::uint32_t>(first + row),
                        static_cast<std::int32_t>(guess.data_ptr<std::int64_t>()[at])});
    }
  }
  return scores;
}

}  // namespace genloss::workers
