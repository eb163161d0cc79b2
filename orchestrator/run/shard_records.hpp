#pragma once
// What ranks know of the shards that each of them has sealed, together.

#include <algorithm>
#include <span>
#include <type_traits>
#include <vector>

#include "comms/communicator.hpp"
#include "storage/corpus/corpus_manifest.hpp"

namespace genloss::orchestrator {

/// Collective. Records of all ranks, in order of shard; on the root, elsewhere empty.
[[nodiscard]] inline std::vector<storage::ShardRecord> gather_records(comms::Communicator& ranks,
                                                                      const std::vector<storage::ShardRecord>& mine) {
  static_assert(std::is_trivially_copyable_v<storage::ShardRecord>);
  std::vector<storage::ShardRecord> all;
  for (const auto& block : ranks.gather(std::as_bytes(std::span(mine)), 0, "shard records")) {
    const std::size_t first = all.size();
    all.resize(first + block.size() / sizeof(storage::ShardRecord));
    std::copy(block.begin(), block.end(), std::as_writable_bytes(std::span(all).subspan(first)).begin());
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.shard < b.shard; });
  return all;
}

}  // namespace genloss::orchestrator
