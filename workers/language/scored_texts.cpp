#include "workers/language/scored_texts.hpp"

#include <algorithm>
#include <span>

namespace genloss::workers {

ScoredTexts score_together(comms::Communicator& ranks, const Distribute& distribute, std::string_view what,
                           const std::vector<Passage>& texts, const Scorer& scorer, int context) {
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

std::vector<std::vector<double>> work_together(comms::Communicator& ranks, const Distribute& distribute,
                                               std::string_view what, std::uint64_t items,
                                               const std::function<std::vector<double>(std::uint64_t)>& work) {
  std::vector<double> mine;  // item, how many numbers, the numbers; and so on
  distribute(what, items, [&](std::uint64_t item) {
    const auto numbers = work(item);
    mine.push_back(static_cast<double>(item));
    mine.push_back(static_cast<double>(numbers.size()));
    mine.insert(mine.end(), numbers.begin(), numbers.end());
  });
  std::vector<std::vector<double>> results(ranks.is_root() ? items : 0);
  for (const auto& bytes : ranks.gather(std::as_bytes(std::span(mine)), 0, what)) {
    std::vector<double> theirs(bytes.size() / sizeof(double));
    std::copy(bytes.begin(), bytes.end(), std::as_writable_bytes(std::span(theirs)).begin());
    for (std::size_t at = 0; at < theirs.size();) {
      const auto first = theirs.begin() + static_cast<std::ptrdiff_t>(at) + 2;
      const auto count = static_cast<std::ptrdiff_t>(theirs[at + 1]);
      results[static_cast<std::size_t>(theirs[at])].assign(first, first + count);
      at += 2 + static_cast<std::size_t>(count);
    }
  }
  return results;
}

}  // namespace genloss::workers
