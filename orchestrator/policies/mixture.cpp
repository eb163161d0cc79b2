// P13 general mixture (Shumailov et al. 2024, as corrected): p_{n+1} = a model_n + b p_n + g human, a + b + g = 1. The
// mix of an earlier generation is what it was made of: corpus k has a b^(n-1-k) of the mix of n, human text the rest.

#include <cmath>

#include "jobs/error.hpp"
#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(mixture) {
  PolicyType type;
  type.name = "mixture";
  type.help = "A share of the latest corpus, a share of the previous mix, and human text.";
  type.uses = {"policy.model_share", "policy.previous_share"};
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    const double a = policy.model_share, b = policy.previous_share;
    if (a + b > 1) {
      throw Error(ExitCode::usage, "plan", "policy.model_share, policy.previous_share", "they sum to more than 1",
                  "what they leave is the share of human text");
    }
    Mixture mixture{Mixture::Size::human_train, {}};
    double human_share = 1;
    for (int g = 0; g < generation; ++g) human_share -= a * std::pow(b, generation - 1 - g);
    constexpr double rounding = 1e-12;
    const auto part = [&](const Source& source, double share) {
      if (share > rounding) mixture.terms.push_back({source, {Quota::Of::mix, share}, {}, true});
    };
    part(human(jobs::TrainableSplit::train, jobs::HumanDraw::kept), human_share);
    for (int g = 0; g < generation; ++g) part(corpus(g), a * std::pow(b, generation - 1 - g));
    return mixture;
  };
  type.words = [](const jobs::PolicySection&) { return std::string("learns from everything so far, old text fading"); };
  return type;
}

}  // namespace genloss::orchestrator
