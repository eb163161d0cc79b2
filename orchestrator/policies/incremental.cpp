// P7 incremental (Briesch et al. 2023; our reading): the latest corpus replaces a share of the previous mix. What stays
// of a corpus or of human text is always of the same units, so that a mix really is what is left of the one before.

#include <cmath>

#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(incremental) {
  PolicyType type;
  type.name = "incremental";
  type.help = "The previous mix, of which the latest corpus replaces a share.";
  type.uses = {"policy.replaced_share"};
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    Mixture mixture{Mixture::Size::human_train, {}};
    const double replaced = policy.replaced_share;
    const auto kept = [&](Source source, double share) {
      source.draw = jobs::HumanDraw::kept;
      if (share > 0) mixture.terms.push_back({source, {Quota::Of::mix, share}, {}, true});
    };
    kept(human(jobs::TrainableSplit::train, jobs::HumanDraw::kept), std::pow(1 - replaced, generation));
    for (int g = 0; g < generation; ++g) kept(corpus(g), replaced * std::pow(1 - replaced, generation - 1 - g));
    return mixture;
  };
  type.words = [](const jobs::PolicySection&) { return std::string("learns from everything so far, old text fading"); };
  return type;
}

}  // namespace genloss::orchestrator
