// The open web: the next model learns from what a crawler finds, a share of it synthetic and mostly unlabelled, beside
// protected human text where there is any. What labels would be worth is CF20 (Kanabar and Gastpar 2026).

#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(open_web) {
  PolicyType type;
  type.name = "open_web";
  type.help = "What a crawler finds: human text and unlabelled text of earlier models ([web]).";
  type.uses = {"web", "policy.human_fraction", "policy.human_draw", "policy.human_pool", "policy.leave_out_labelled"};
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    Mixture mixture{Mixture::Size::human_train, {}};
    mixture.add_share(human(policy.human_pool, policy.human_draw), policy.human_fraction);
    mixture.add_share(web(generation, policy.leave_out_labelled), 1 - policy.human_fraction);
    return mixture;
  };
  type.words = [](const jobs::PolicySection&) { return std::string("learns from what is found on the web"); };
  return type;
}

}  // namespace genloss::orchestrator
