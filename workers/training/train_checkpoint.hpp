#pragma once
// Saving and restoring a training that lies in slices on several ranks.

#include <cstdint>
#include <optional>
#include <span>

#include "workers/family.hpp"
#include "workers/training/early_stopping.hpp"
#include "workers/training/training_engine.hpp"

namespace genloss::workers {

/// Collective: all ranks write and fsync, agree, rank 0 seals; every rank returns when it is sealed.
/// @param elements length of the whole vectors; what a slice has beyond that is padding and is not stored
/// @param best of a training that watches validation data, else null
void save_checkpoint(const TrainJob& job, std::uint64_t step, std::size_t elements, const StateSlice& state, int keep,
                     const BestSoFar* best = nullptr);

/// Collective: rank 0 looks for the newest checkpoint, all ranks read their parts of it, whatever number of ranks wrote
/// it. @return its step, nothing if there is none. @throws Error(bad_data) if it is damaged or of another recipe
[[nodiscard]] std::optional<std::uint64_t> restore_checkpoint(const TrainJob& job, std::size_t elements,
                                                              const StateSlice& state, BestSoFar* best = nullptr);

}  // namespace genloss::workers
