// P3 accumulate (Gerstgrasser et al. 2024): all human training text and every corpus so far.

#include "jobs/error.hpp"
#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(accumulate) {
  PolicyType type;
  type.name = "accumulate";
  type.help = "All human training text and every corpus so far.";
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    if (policy.size != 0) {
      throw Error(ExitCode::usage, "plan", "policy.size", "policy accumulate always takes everything",
                  "use policy.name = accumulate_subsample for a mix of fixed size");
    }
    Mixture mixture;
    mixture.add_all(everything_before(generation));
    return mixture;
  };
  type.words = [](const jobs::PolicySection&) { return std::string("learns from everything so far"); };
  return type;
}

}  // namespace genloss::orchestrator
