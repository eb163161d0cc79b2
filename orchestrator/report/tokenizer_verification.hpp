#pragma once
// The part of `genloss verify` that checks the tokenizer of a run, and human text as its tokens.

#include <functional>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "orchestrator/report/verification.hpp"

namespace genloss::orchestrator {

/// @param journal of the run; a run that has not yet come to its tokenizer has nothing to check
/// @return digest of the tokenizer, if the run has one
std::optional<storage::Digest> verify_tokenizer(const RunPaths& run, const std::vector<nlohmann::json>& journal,
                                                const std::function<void(const Finding&)>& tell);

}  // namespace genloss::orchestrator
