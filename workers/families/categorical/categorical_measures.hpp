#pragma once
// What is left of a distribution over symbols (science.md, section 4: diversity and tails).

#include <cstdint>
#include <span>
#include <vector>

#include "storage/corpus/corpus_reader.hpp"
#include "workers/families/categorical/categorical_model.hpp"
#include "workers/family.hpp"
#include "workers/measure.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::workers {

/// heterozygosity 1 - sum p^2 (CF12), entropy, support, unseen mass, total variation from the truth, and the share of
/// chains with more than one symbol; means over replicates.
[[nodiscard]] std::vector<Measure> categorical_measures(const CategoricalModel& model, std::span<const double> truth,
                                                        double confidence);

/// Collective. How many different symbols each replicate's samples hold; on rank 0, empty elsewhere.
[[nodiscard]] std::vector<double> symbols_drawn(const DistributeResults& distribute,
                                                const storage::CorpusReader& corpus, std::uint64_t symbols);
[[nodiscard]] Measure drawn_support(std::span<const double> drawn, double confidence);

[[nodiscard]] const std::vector<Record>& categorical_records();

}  // namespace genloss::workers
