#include "workers/language/scored_texts.hpp"

#include <algorithm>
#include <span>

namespace genloss::workers {

ScoredTexts score_together(comms::Communicator& ranks, const Distribute& distribute, std::string_view what,
                           const std::vector<ScoreText>& texts, const Scorer& scorer, int context) {
  static_assert(std::is_trivially_copyable_v<TokenScore>);
  ScoredTexts result{score_windows(texts, static_cast<std::uint64_t>(context)), {}};
  std::vector<TokenScore> mine;
  distribute(what, Scorer::blocks(result.windows.size()), [&](std::uint64_t block) {
    const auto scores = scorer.score(texts, result.windows, block);
    mine.insert(mine.end(), scores.begin(), scores.end());
  });
  for (const auto& bytes : ranks.gather(std::as_bytes(std::span(mine)), 0, what)) {
    const std::size_t first = result.scores.size();
    result.scores.resize(first + bytes.size() / sizeof(TokenScore));
    std::copy(bytes.begin(), bytes.end(), std::as_writable_bytes(std::span(result.scores).subspan(first)).begin());
  }
  // Whoever scored a window did so alone and in order: sorting by window restores reading order.
  std::stable_sort(result.scores.begin(), result.scores.end(),
                   [](const TokenScore& a, const TokenScore& b) { return a.window < b.window; });
  return result;
}

}  // namespace genloss::workers
