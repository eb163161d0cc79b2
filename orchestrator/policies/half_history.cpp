// P15 half-current, half-history (the "accumulate" of the code of Drayson et al. 2025): half of a mix is of the latest
// corpus, half of all before it; synthetic_ratio scales both, human_added puts human text on top.

#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(half_history) {
  PolicyType type;
  type.name = "half_history";
  type.help = "Half of the latest corpus, half of all corpora before it.";
  type.uses = {"policy.synthetic_ratio", "policy.human_added", "policy.human_draw", "policy.human_pool"};
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    Mixture mixture{Mixture::Size::human_train, {}};
    const double half = generation > 1 ? policy.synthetic_ratio / 2 : 0;
    if (policy.human_added > 0) {
      mixture.terms.push_back(
          {human(policy.human_pool, policy.human_draw), {Quota::Of::human, policy.human_added}, {}, false});
    }
    mixture.add_share(corpus(generation - 1), policy.synthetic_ratio - half);
    mixture.add_share(corpora(0, generation - 1), half);
    return mixture;
  };
  type.words = [](const jobs::PolicySection&) { return std::string("learns from every corpus so far"); };
  return type;
}

}  // namespace genloss::orchestrator
