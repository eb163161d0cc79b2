#pragma once
#include <functional>
#include <map>
#include <string>

#include "orchestrator/report/verification.hpp"

namespace genloss::orchestrator {

/// Checks the human documents that human.json names against the files they came from, split by split.
/// @return digests of the splits as human.json records them; empty for a study without human text
std::map<std::string, storage::Digest> verify_human(const RunPaths& run,
                                                    const std::function<void(const Finding&)>& tell);

}  // namespace genloss::orchestrator
