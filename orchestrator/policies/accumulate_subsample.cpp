// P4 accumulate-subsample (Kazdan et al. 2024): a uniform subset of fixed size of everything so far, without
// replacement, drawn afresh for every generation.

#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(accumulate_subsample) {
  PolicyType type;
  type.name = "accumulate_subsample";
  type.help = "A random part, of fixed size, of everything so far.";
  type.mixture = [](const jobs::PolicySection&, int generation) {
    Mixture mixture{Mixture::Size::human_train, {}};
    mixture.add_share(everything_before(generation), 1);
    return mixture;
  };
  type.words = [](const jobs::PolicySection&) { return std::string("learns from everything so far"); };
  return type;
}

}  // namespace genloss::orchestrator
