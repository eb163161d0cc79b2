// P11 synthetic augmentation, cumulative (MAD): all human training text and synthetic_ratio times as much of every
// corpus so far.

#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(augment_cumulative) {
  PolicyType type;
  type.name = "augment_cumulative";
  type.help = "All human training text, and a multiple of it from every corpus so far.";
  type.uses = {"policy.synthetic_ratio"};
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    Mixture mixture;
    mixture.add_all(human(jobs::TrainableSplit::train, jobs::HumanDraw::kept));
    for (int g = 0; g < generation; ++g) {
      Source part = corpus(g);
      part.draw = jobs::HumanDraw::kept;
      mixture.terms.push_back({part, {Quota::Of::human, policy.synthetic_ratio}, {}, false});
    }
    return mixture;
  };
  type.words = [](const jobs::PolicySection&) { return std::string("learns from everything so far"); };
  return type;
}

}  // namespace genloss::orchestrator
