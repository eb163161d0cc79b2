#pragma once
// Texts scored by all ranks together, by grants.

#include <memory>
#include <string_view>
#include <vector>

#include "workers/family.hpp"
#include "workers/scoring/scorer.hpp"

namespace genloss::workers {

struct ScoredTexts {
  std::vector<ScoreWindow> windows;
  std::vector<TokenScore> scores;  ///< of all windows in reading order; on rank 0, elsewhere empty
};

/// Collective.
[[nodiscard]] ScoredTexts score_together(const DistributeResults& distribute, std::string_view what,
                                         const std::vector<Passage>& texts, const Scorer& scorer, int context);

/// What `work` gives for all items of [0, items), in order, on rank 0; elsewhere empty. Collective.
[[nodiscard]] std::vector<std::vector<double>> work_together(
    const DistributeResults& distribute, std::string_view what, std::uint64_t items,
    const std::function<std::vector<double>(std::uint64_t item)>& work);

}  // namespace genloss::workers
