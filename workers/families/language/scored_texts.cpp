#include "workers/families/language/scored_texts.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace genloss::workers {
namespace {

template <class T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  static_assert(std::is_trivially_copyable_v<T>);
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

template <class T>
std::vector<T> values_of(const std::vector<std::byte>& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

}  // namespace

ScoredTexts score_together(const DistributeResults& distribute, std::string_view what,
                           const std::vector<Passage>& texts, const Scorer& scorer, int context) {
  ScoredTexts result{score_windows(texts, static_cast<std::uint64_t>(context)), {}};
  const auto blocks = distribute(what, Scorer::blocks(result.windows.size()), [&](std::uint64_t block) {
    return bytes_of(scorer.score(texts, result.windows, block));
  });
  for (const auto& block : blocks) {
    const auto scores = values_of<TokenScore>(block);
    result.scores.insert(result.scores.end(), scores.begin(), scores.end());
  }
  return result;
}

std::vector<std::vector<double>> work_together(const DistributeResults& distribute, std::string_view what,
                                               std::uint64_t items,
                                               const std::function<std::vector<double>(std::uint64_t)>& work) {
  std::vector<std::vector<double>> results;
  for (const auto& bytes : distribute(what, items, [&](std::uint64_t item) { return bytes_of(work(item)); })) {
    results.push_back(values_of<double>(bytes));
  }
  return results;
}

}  // namespace genloss::workers
