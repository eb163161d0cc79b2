// P1 replace (Shumailov et al. 2024), and Briesch's "full synthetic" (P5): model n learns from what model n-1 wrote,
// and from nothing else.

#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(replace) {
  PolicyType type;
  type.name = "replace";
  type.help = "The latest corpus alone.";
  type.mixture = [](const jobs::PolicySection&, int generation) {
    Mixture mixture;
    mixture.add_share(corpus(generation - 1), 1);
    return mixture;
  };
  return type;
}

}  // namespace genloss::orchestrator
