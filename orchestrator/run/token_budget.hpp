#pragma once
// A corpus of so many tokens (sampling.tokens): how many shards it takes, which is known only as they are drawn.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "jobs/study_spec.hpp"
#include "storage/corpus/shard.hpp"

namespace genloss::orchestrator {

/// Shards 0, 1, ... that are to be there before the next look: those that are, if they hold the budget; otherwise so
/// many as it takes if the others are like them.
/// @param drawn records of the shards that are there, none missing
/// @throws Error(bad_data) if samples are so short that the budget will not be reached
[[nodiscard]] std::uint64_t shards_for_budget(const jobs::SamplingSection& sampling,
                                              std::span<const storage::ShardRecord> drawn);

/// Cuts shards that hold the budget back to the shortest prefix of samples that does, on disk too; surplus shards are
/// removed. @param identity of shard 0; the others differ in their numbers
[[nodiscard]] std::vector<storage::ShardRecord> cut_to_budget(const jobs::SamplingSection& sampling,
                                                              std::vector<storage::ShardRecord> drawn,
                                                              const std::filesystem::path& corpus,
                                                              storage::ShardIdentity identity,
                                                              const std::string& attempt);

}  // namespace genloss::orchestrator
