// P2 replace-grown, "halfway" (Gerstgrasser et al. 2024, App. E): model n learns from n times as much as model 0 did
// (or n times policy.size), all of it from model n-1. Every corpus has to be as large as the last mix.

#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(replace_grown) {
  PolicyType type;
  type.name = "replace_grown";
  type.help = "The latest corpus alone, and n times as much of it in generation n.";
  type.mixture = [](const jobs::PolicySection&, int generation) {
    Mixture mixture{Mixture::Size::human_train, {}};
    mixture.add_share(corpus(generation - 1), generation);
    return mixture;
  };
  return type;
}

}  // namespace genloss::orchestrator
