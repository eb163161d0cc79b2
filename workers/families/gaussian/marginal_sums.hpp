#pragma once
// A pass over a corpus of reals, shard by shard on whatever rank is free.

#include <cstdint>
#include <span>
#include <vector>

#include "workers/family.hpp"

namespace genloss::workers {

/// Collective. Per replicate, the sum over all samples of |x - mean|^2 / d; on rank 0, empty elsewhere. Shards are
/// summed in their order, so the bits do not depend on who read which.
[[nodiscard]] std::vector<double> marginal_sums(const DistributeResults& distribute,
                                                const storage::CorpusReader& corpus, std::span<const double> mean,
                                                std::uint64_t replicates);

}  // namespace genloss::workers
