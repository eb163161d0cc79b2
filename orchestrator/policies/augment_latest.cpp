// P10 synthetic augmentation, latest only (Bertrand et al. 2024; MAD): all human training text and synthetic_ratio
// times as much of the latest corpus.

#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(augment_latest) {
  PolicyType type;
  type.name = "augment_latest";
  type.help = "All human training text, and a multiple of it from the latest corpus.";
  type.uses = {"policy.synthetic_ratio"};
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    Mixture mixture;
    mixture.add_all(human(jobs::TrainableSplit::train, jobs::HumanDraw::kept));
    mixture.terms.push_back({corpus(generation - 1), {Quota::Of::human, policy.synthetic_ratio}, {}, false});
    return mixture;
  };
  type.words = [](const jobs::PolicySection&) { return std::string("all human training text in every mix"); };
  return type;
}

}  // namespace genloss::orchestrator
