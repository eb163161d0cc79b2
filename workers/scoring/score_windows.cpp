#include "workers/scoring/score_windows.hpp"

#include <algorithm>
#include <numeric>

#include "jobs/heartbeat.hpp"

namespace genloss::workers {

std::vector<ScoreWindow> score_windows(std::span<const Passage> texts, std::uint64_t context) {
  std::vector<ScoreWindow> windows;
  for (std::size_t t = 0; t < texts.size(); ++t) {
    beat("cut texts");
    const Passage& text = texts[t];
    const std::uint64_t elements = 1 + text.tokens.size() + (text.ended ? 1 : 0);
    // A prompt is a passage out of a text: nothing stands in front of it, as when the sample was drawn.
    const std::uint64_t start = text.given > 0 ? 1 : 0;
    std::uint64_t next = 1 + text.given;  // element 0 is never predicted
    while (next < elements) {
      // A prediction of element e reads up to element e - 1, so a window that begins at b predicts up to b + context.
      const std::uint64_t begin = next - start <= context ? start : next - (context + 1) / 2;
      const std::uint64_t end = std::min(elements, begin + context + 1);
      windows.push_back({static_cast<std::uint32_t>(t), begin, next, end});
      next = end;
    }
  }
  return windows;
}

std::vector<std::uint64_t> share_out(std::span<const std::uint64_t> lengths, std::uint64_t most) {
  std::vector<std::uint64_t> shares(lengths.begin(), lengths.end());
  const auto total = [&](std::uint64_t cap) {
    return std::accumulate(lengths.begin(), lengths.end(), std::uint64_t{0},
                           [&](std::uint64_t sum, std::uint64_t length) { return sum + std::min(length, cap); });
  };
  std::uint64_t low = 0, high = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  while (low < high) {  // the largest cap that fits
    const std::uint64_t cap = low + (high - low + 1) / 2;
    total(cap) <= most ? low = cap : high = cap - 1;
  }
  std::uint64_t room = most - std::min(most, total(low));
  for (auto& share : shares) {
    const std::uint64_t extra = share > low && room > 0 ? 1 : 0;
    share = std::min(share, low) + extra;
    room -= extra;
  }
  return shares;
}

}  // namespace genloss::workers
