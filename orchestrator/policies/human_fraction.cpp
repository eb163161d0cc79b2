// P9 / P12: every mix holds a share of human text, the rest is of the latest corpus or the last few. "kept" gives the
// same human units to every generation (Alemohammad's fixed real set), "redrawn" others each time (Shumailov's 10 %),
// "fresh" none that was there before (the fresh data loop). On top of the mix size it is Shumailov's other reading.

#include <algorithm>

#include "jobs/numbers.hpp"
#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(human_fraction) {
  PolicyType type;
  type.name = "human_fraction";
  type.help = "The latest corpus (or the last few) with a share of human text.";
  type.uses = {"policy.human_fraction", "policy.human_draw", "policy.human_pool", "policy.human_on_top",
               "policy.last_models"};
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    Mixture mixture;
    const double human_share = policy.human_fraction;
    mixture.add_share(human(policy.human_pool, policy.human_draw), human_share);
    mixture.add_share(corpora(std::max(0, generation - policy.last_models), generation),
                      policy.human_on_top ? 1 : 1 - human_share);
    return mixture;
  };
  type.words = [](const jobs::PolicySection& policy) {
    return significant_text(100 * policy.human_fraction, 6) + " % human text in every mix";
  };
  return type;
}

}  // namespace genloss::orchestrator
