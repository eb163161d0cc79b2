// P6 balanced (Briesch et al. 2023; our reading): human training text and every corpus so far have equal shares of a
// mix of fixed size.

#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(balanced) {
  PolicyType type;
  type.name = "balanced";
  type.help = "Human training text and every corpus so far in equal shares of a fixed size.";
  type.mixture = [](const jobs::PolicySection&, int generation) {
    Mixture mixture{Mixture::Size::human_train, {}};
    const double share = 1.0 / (generation + 1);
    mixture.add_share(human(jobs::TrainableSplit::train, jobs::HumanDraw::kept), share);
    for (int g = 0; g < generation; ++g) mixture.add_share(corpus(g), share);
    return mixture;
  };
  type.words = [](const jobs::PolicySection&) { return std::string("learns from everything so far, in equal shares"); };
  return type;
}

}  // namespace genloss::orchestrator
