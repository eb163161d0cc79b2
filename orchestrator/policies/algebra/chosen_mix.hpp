#pragma once
// What policies that choose samples by a column have in common.

#include <string>

#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

/// A policy whose mix is what policy.select, or else `reading`, chooses of the latest corpus by policy.column, and
/// beside it a share of human text (policy.human_beside). Without policy.size, all that is chosen.
[[nodiscard]] PolicyType choosing_policy(const std::string& name, const std::string& help, const std::string& reading);

}  // namespace genloss::orchestrator
