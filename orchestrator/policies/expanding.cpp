// P8 expanding (Briesch et al. 2023; our reading): the pool grows by a part of every corpus, and by fresh human text if
// policy.human_added says so.

#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(expanding) {
  PolicyType type;
  type.name = "expanding";
  type.help = "All human training text and a part of every corpus, with fresh human text if wanted.";
  type.uses = {"policy.synthetic_ratio", "policy.human_added", "policy.human_pool"};
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    Mixture mixture;
    mixture.add_all(human(jobs::TrainableSplit::train, jobs::HumanDraw::kept));
    const auto grow = [&](const Source& source, double share) {
      if (share > 0) mixture.terms.push_back({source, {Quota::Of::human, share}, {}, false});
    };
    grow(human(policy.human_pool, jobs::HumanDraw::cumulative), policy.human_added);
    for (int g = 0; g < generation; ++g) {
      Source part = corpus(g);
      part.draw = jobs::HumanDraw::kept;
      grow(part, policy.synthetic_ratio);
    }
    return mixture;
  };
  type.words = [](const jobs::PolicySection&) { return std::string("learns from everything so far"); };
  return type;
}

}  // namespace genloss::orchestrator
