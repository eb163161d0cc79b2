#pragma once
// What a corpus that is not yet drawn takes, at most: every sample of full length.

#include <cstdint>

#include "jobs/study_spec.hpp"
#include "workers/family.hpp"

namespace genloss::orchestrator::plan {

struct CorpusCosts {
  std::uint64_t shards = 0, samples = 0;
  std::uint64_t values = 0;  ///< drawn, prompts not counted
  std::uint64_t units = 0;   ///< that a mix may take
  std::uint64_t largest_shard_bytes = 0, shard_bytes = 0;
};
[[nodiscard]] CorpusCosts corpus_costs(const jobs::StudySpec& spec, const workers::Family& family);

}  // namespace genloss::orchestrator::plan
