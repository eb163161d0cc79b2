#include "orchestrator/policies/algebra/chosen_mix.hpp"

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "orchestrator/policies/algebra/term_text.hpp"

namespace genloss::orchestrator {
namespace {

std::string selection_text(const jobs::PolicySection& policy, const std::string& reading) {
  return policy.select.empty() ? reading : policy.select;
}

Mixture chosen_mixture(const jobs::PolicySection& policy, int generation, const std::string& reading) {
  if (policy.column.empty()) {
    throw Error(ExitCode::usage, "plan", "policy.column",
                "the policy " + policy.name + " chooses samples by a column, and none is named",
                "define one in [columns] and name it, such as policy.column = surprise.mean");
  }
  const double human_share = policy.human_beside;
  const bool draws_on = policy.human_draw == jobs::HumanDraw::fresh || policy.human_draw == jobs::HumanDraw::cumulative;
  if (human_share > 0 && draws_on && policy.size == 0) {
    throw Error(ExitCode::usage, "plan", "policy.human_draw, policy.size",
                "how much human text earlier mixes took depends on what was chosen for them",
                "give policy.size, or set policy.human_draw = kept or redrawn");
  }
  Mixture mixture;
  mixture.size = Mixture::Size::rest;
  mixture.add_share(human(policy.human_pool, policy.human_draw), human_share);
  Term chosen{corpus(generation - 1), {}, {}, false};
  if (policy.size > 0) chosen.quota = {Quota::Of::mix, 1 - human_share};
  chosen.selectors = read_selection(policy.column, selection_text(policy, reading));
  mixture.terms.push_back(chosen);
  return mixture;
}

}  // namespace

PolicyType choosing_policy(const std::string& name, const std::string& help, const std::string& reading) {
  PolicyType type;
  type.name = name;
  type.help = help;
  type.uses = {"policy.column", "policy.select", "policy.human_beside", "policy.human_draw", "policy.human_pool"};
  type.mixture = [reading](const jobs::PolicySection& policy, int generation) {
    return chosen_mixture(policy, generation, reading);
  };
  type.words = [reading](const jobs::PolicySection& policy) {
    std::string text = "the latest corpus where " + policy.column + " " + selection_text(policy, reading);
    if (policy.human_beside <= 0) return text;
    constexpr double percent = 100;
    return text + ", with " + significant_text(percent * policy.human_beside, 6) + " % human text";
  };
  return type;
}

}  // namespace genloss::orchestrator
