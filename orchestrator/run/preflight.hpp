#pragma once
// What can be refused before anything is made: a study that would fail after hours should fail in its first second.

#include "jobs/study_spec.hpp"
#include "workers/family.hpp"

namespace genloss::orchestrator {

/// @throws Error(missing_resource) if this build has no such device
void check_device(const jobs::StudySpec& spec);

/// More ranks than lanes; quotas that cannot be met even if every sample has its full length.
/// @throws Error(usage), Error(bad_data)
void check_before_start(const jobs::StudySpec& spec, const workers::Family& family, int ranks);

}  // namespace genloss::orchestrator
