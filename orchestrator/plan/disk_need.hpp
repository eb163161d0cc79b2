#pragma once
// Whether a study fits on the disk, with what runtime.keep lets go.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "jobs/chains.hpp"
#include "orchestrator/retention/high_water.hpp"
#include "orchestrator/retention/retained_study.hpp"
#include "workers/family.hpp"

namespace genloss::orchestrator::plan {

/// Bytes free for this user where `folder` is, or will be.
[[nodiscard]] std::uint64_t free_bytes(std::filesystem::path folder);

/// A whole study: the most that it has on disk at any moment of a job, on top of what is there, with samples of full
/// length and as many checkpoints as are kept. Human tokens are not counted.
/// @param family of any chain, for what they have in common @param ranks of the job, in so many groups
[[nodiscard]] std::uint64_t disk_need(const std::vector<jobs::Chain>& chains, const std::vector<Node>& nodes,
                                      const RetainedStudy& retained, const workers::Family& family, int ranks,
                                      int groups);

/// @throws Error(input_output) naming what is needed and what there is, if the first is more
void check_disk(const jobs::StudySpec& study, const std::vector<jobs::Chain>& chains, const RetainedStudy& retained,
                const workers::Family& family, int ranks, int groups);

}  // namespace genloss::orchestrator::plan
