// P14 weighted loss (He, Xu, Cheng 2025): a mix of human text and the latest corpus, whose shares of the loss are w and
// 1 - w. The weight that is best for k synthetic units per human one is w* = (sqrt(1 + 4k) - 1) / 2k, for k = 1 the
// inverse of the golden ratio (CF10).

#include <cmath>

#include "jobs/error.hpp"
#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(weighted) {
  PolicyType type;
  type.name = "weighted";
  type.help = "The latest corpus with a share of human text, each with its own share of the loss.";
  type.uses = {"policy.human_fraction", "policy.human_draw", "policy.human_pool", "policy.human_weight"};
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    const double human_share = policy.human_fraction;
    if (human_share <= 0 || human_share >= 1) {
      throw Error(ExitCode::usage, "plan", "policy.human_fraction",
                  "there is one kind of text alone, and nothing to weigh",
                  "policy weighted needs a fraction between 0 and 1");
    }
    const double k = (1 - human_share) / human_share;
    const double w = policy.human_weight > 0 ? policy.human_weight : (std::sqrt(1 + 4 * k) - 1) / (2 * k);
    Mixture mixture;
    mixture.terms.push_back({human(policy.human_pool, policy.human_draw), {Quota::Of::mix, human_share}, w, false});
    mixture.terms.push_back({corpus(generation - 1), {Quota::Of::mix, 1 - human_share}, 1 - w, false});
    return mixture;
  };
  type.words = [](const jobs::PolicySection&) { return std::string("human text and the latest corpus, weighted"); };
  return type;
}

}  // namespace genloss::orchestrator
