// A mix said in the study file, term by term (policy.terms).

#include "orchestrator/policies/algebra/policy_type.hpp"
#include "orchestrator/policies/algebra/term_text.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(custom) {
  PolicyType type;
  type.name = "custom";
  type.help = "The terms of policy.terms.";
  type.uses = {"policy.terms", "web"};
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    Mixture mixture;
    mixture.terms = read_terms(policy.terms, generation);
    return mixture;
  };
  type.words = [](const jobs::PolicySection& policy) { return "learns from " + policy.terms; };
  return type;
}

}  // namespace genloss::orchestrator
