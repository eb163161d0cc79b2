#include "workers/families/ngram/ngram_index.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace genloss::workers {

NgramIndex::NgramIndex(std::span<const std::uint8_t> tokens, std::size_t length, int order)
    : tokens_(tokens), length_(length), context_(static_cast<std::size_t>(order) - 1), places_(tokens.size()) {
  std::iota(places_.begin(), places_.end(), std::uint32_t{0});
  std::sort(places_.begin(), places_.end(), [&](std::uint32_t a, std::uint32_t b) {
    for (std::size_t back = 1; back <= context_; ++back) {
      const int x = before(a, back), y = before(b, back);
      if (x != y) return x < y;
      if (x == begin_of_sample) break;  // so is all before it
    }
    return a < b;
  });
}

NgramIndex::Range NgramIndex::following(std::span<const std::uint8_t> sample, int* matched) const {
  Range range{0, places_.size()};
  if (matched != nullptr) *matched = 0;
  for (std::size_t back = 1; back <= context_; ++back) {
    const int wanted = back > sample.size() ? begin_of_sample : sample[sample.size() - back];
    const auto first = places_.begin() + static_cast<std::ptrdiff_t>(range.begin),
               last = places_.begin() + static_cast<std::ptrdiff_t>(range.end);
    const auto low =
        std::lower_bound(first, last, wanted, [&](std::uint32_t at, int token) { return before(at, back) < token; });
    const auto high =
        std::upper_bound(low, last, wanted, [&](int token, std::uint32_t at) { return token < before(at, back); });
    if (low == high) break;
    range = {static_cast<std::size_t>(low - places_.begin()), static_cast<std::size_t>(high - places_.begin())};
    if (matched != nullptr) ++*matched;
    if (wanted == begin_of_sample) {
      if (matched != nullptr) *matched = static_cast<int>(context_);
      break;
    }
  }
  return range;
}

bool NgramIndex::same_context(std::uint32_t a, std::uint32_t b) const {
  for (std::size_t back = 1; back <= context_; ++back) {
    const int x = before(a, back);
    if (x != before(b, back)) return false;
    if (x == begin_of_sample) break;
  }
  return true;
}

NgramIndex::Summary NgramIndex::summary() const {
  Summary summary;
  std::array<double, 256> counts{};
  for (std::size_t begin = 0, end = 0; begin < places_.size(); begin = end) {
    counts.fill(0);
    for (end = begin; end < places_.size() && same_context(places_[begin], places_[end]); ++end) {
      counts[tokens_[places_[end]]] += 1;
    }
    const auto all = static_cast<double>(end - begin);
    for (const double count : counts) {
      if (count == 0) continue;
      summary.types += 1;
      summary.entropy -= count * std::log2(count / all);
    }
  }
  summary.entropy /= static_cast<double>(std::max<std::size_t>(1, places_.size()));
  return summary;
}

}  // namespace genloss::workers
