#pragma once
// What all kinds of shards need that are made again because they were found damaged.

#include <cstdint>
#include <filesystem>
#include <set>
#include <string_view>

#include "comms/communicator.hpp"
#include "storage/corpus/corpus_manifest.hpp"

namespace genloss::orchestrator {

/// What any rank has noted, on all ranks. Collective.
[[nodiscard]] std::set<std::uint64_t> gathered(comms::Communicator& ranks, const std::set<std::uint64_t>& mine,
                                               std::string_view what);
/// The file is the shard that was sealed.
[[nodiscard]] bool is_whole_shard(const std::filesystem::path& file, const storage::CorpusManifest& manifest,
                                  const storage::ShardRecord& record);
/// Makes it read-only again. @throws Error(bad_data) if it is not what was sealed
void take_again(const storage::ShardRecord& made, const storage::ShardRecord& sealed,
                const std::filesystem::path& file);

}  // namespace genloss::orchestrator
