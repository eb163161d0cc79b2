#pragma once
// Ingredients shared by the policies.

#include "orchestrator/policies/policy.hpp"

namespace genloss::orchestrator {

/// `quota` units of a pool. @throws Error(bad_data) if the pool holds fewer, or the quota is 0
[[nodiscard]] workers::MixSource take(const HumanPool& pool, std::uint64_t quota, std::uint32_t selection,
                                      const Pools& pools);
[[nodiscard]] workers::MixSource take(const CorpusPool& pool, std::uint64_t quota, const Pools& pools);

/// The pool a policy is told to take human text from.
[[nodiscard]] const HumanPool& human_pool(const jobs::PolicySection& policy, const Pools& pools);

/// policy.size in units, or `otherwise` if it is 0. @throws Error(bad_data) if it is less than one unit
[[nodiscard]] std::uint64_t mix_units(const jobs::PolicySection& policy, const Pools& pools, std::uint64_t otherwise);

}  // namespace genloss::orchestrator
