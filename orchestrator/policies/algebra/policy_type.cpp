#include "orchestrator/policies/algebra/policy_type.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "workers/families/family_type.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::orchestrator {
namespace {

// A function's, so that it is there before the first policy registers.
std::map<std::string, PolicyType, std::less<>>& policies() {
  static std::map<std::string, PolicyType, std::less<>> all;
  return all;
}

void require(bool holds, const std::string& options, const std::string& cause, const std::string& hint) {
  if (!holds) throw Error(ExitCode::usage, "check study", options, cause, hint);
}

std::string families_that_weigh() {
  std::string names;
  for (const workers::FamilyType* type : workers::family_types()) {
    if (type->weighs_units) names += (names.empty() ? "" : " | ") + type->name;
  }
  return names;
}

void check_weights(const Mixture& mixture, const jobs::StudySpec& spec, int generation) {
  double sum = 0;
  std::size_t weighted = 0;
  for (const Term& term : mixture.terms) {
    if (!term.loss_share) continue;
    ++weighted;
    sum += *term.loss_share;
  }
  if (weighted == 0) return;
  const std::string where = "the mix of generation " + std::to_string(generation);
  require(weighted == mixture.terms.size(), "policy.terms",
          "some terms of " + where + " have a weight, others have none",
          "weights are shares of the loss: give every term one");
  constexpr double slack = 1e-9;
  require(std::abs(sum - 1) < slack, "policy.terms",
          "the weights in " + where + " sum to " + significant_text(sum, 6) + ", not to 1",
          "weights are shares of the loss");
  require(workers::family_type(spec).weighs_units, "policy.name, study.family",
          "the family " + spec.study.family + " cannot weigh terms of the loss",
          "these can: study.family = " + families_that_weigh());
}

void check_reserve(const Mixture& mixture, const jobs::StudySpec& spec) {
  if (!workers::family_type(spec).reads_text) return;
  const bool draws = std::any_of(mixture.terms.begin(), mixture.terms.end(),
                                 [](const Term& term) { return term.source.human == jobs::TrainableSplit::held_out; });
  require(!draws || !spec.data.held_out.empty() || spec.data.held_out_fraction > 0, "policy.human_pool, data.held_out",
          "the policy draws on held-out human text, and none is held out",
          "raise data.held_out_fraction, name files in data.held_out, or set policy.human_pool = train");
}

/// Columns that it chooses by are the study's, and there when it is mixed.
void check_columns_of(const Mixture& mixture, const jobs::StudySpec& spec, int generation) {
  for (const Term& term : mixture.terms) {
    for (const Selector& selector : term.selectors) {
      const workers::ColumnAddress address = workers::column_address(spec, selector.column);
      for (int g = term.source.first_corpus; g < term.source.end_corpus; ++g) {
        const workers::ColumnModel read = workers::model_of(*address.column, g);
        require(read.kind != workers::ColumnModel::Kind::generation || read.generation < generation, "policy.terms",
                "the mix of generation " + std::to_string(generation) + " chooses by " + selector.column +
                    ", which reads the model of generation " + std::to_string(read.generation),
                "choose by a column whose model is an earlier one");
      }
    }
  }
}

/// Every generation in which the policy holds, up to some.
void check_policy(const std::string& name, const jobs::StudySpec& spec) {
  constexpr int most = 1000;
  int last = spec.policy.later_names.empty() ? 1 : spec.policy.later_names.back().first;
  last = std::min(std::max(last, spec.study.generations - 1), most);
  for (int n = 1; n <= last; ++n) {
    if (spec.policy.of(n).name != name) continue;
    const Mixture mixture = mixture_of(spec.policy, n);
    check_weights(mixture, spec, n);
    check_reserve(mixture, spec);
    check_columns_of(mixture, spec, n);
  }
}

}  // namespace

RegisteredPolicy::RegisteredPolicy(PolicyType type) {
  const std::string name = type.name;
  jobs::add(jobs::Registered{"policy.name", name, type.help, type.uses,
                             [name](const jobs::StudySpec& spec) { check_policy(name, spec); }});
  policies().emplace(name, std::move(type));
}

const PolicyType& policy_type(std::string_view name) {
  const auto found = policies().find(name);
  if (found == policies().end()) {
    (void)jobs::registered("policy.name", name);  // says which there are
    throw Error(ExitCode::internal, "look up", "policy " + std::string(name), "it registers options and nothing else");
  }
  return found->second;
}

std::vector<const PolicyType*> policy_types() {
  std::vector<const PolicyType*> all;
  for (const auto& [name, type] : policies()) all.push_back(&type);
  return all;
}

Mixture mixture_of(const jobs::PolicySection& policy, int generation) {
  if (generation > 0) {
    const jobs::PolicySection now = policy.of(generation);
    return policy_type(now.name).mixture(now, generation);
  }
  Mixture human_text;
  human_text.add_all(human(jobs::TrainableSplit::train, jobs::HumanDraw::kept));
  return human_text;
}

}  // namespace genloss::orchestrator
