// P22 progressive human slices (ForTIFAI): the corpus that stands for all text so far, and one slice of the human
// training text that no mix had before. When all slices have been used, the corpus is alone.

#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(human_slices) {
  PolicyType type;
  type.name = "human_slices";
  type.help = "The latest corpus, and one slice after the other of the human training text.";
  type.uses = {"policy.slices", "policy.human_pool"};
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    Mixture mixture;
    mixture.add_all(corpus(generation - 1));
    if (generation <= policy.slices) {
      Term slice{human(policy.human_pool, jobs::HumanDraw::fresh), {Quota::Of::human, 1.0 / policy.slices}, {}, false};
      mixture.terms.push_back(slice);
    }
    return mixture;
  };
  type.words = [](const jobs::PolicySection& policy) {
    return "one of " + std::to_string(policy.slices) + " slices of human text in each mix";
  };
  return type;
}

}  // namespace genloss::orchestrator
