#include "orchestrator/policies/policy.hpp"

#include <numeric>

#include "jobs/error.hpp"
#include "orchestrator/policies/sources.hpp"

namespace genloss::orchestrator {
namespace {

std::vector<workers::MixSource> sources_of(const jobs::PolicySection& policy, const Pools& pools) {
  if (pools.generation == 0) return {take(pools.train, pools.train.units, 0, pools)};
  switch (policy.kind) {
    case jobs::PolicyKind::replace:
      return replace(policy, pools);
    case jobs::PolicyKind::accumulate:
      return accumulate(policy, pools);
    case jobs::PolicyKind::accumulate_subsample:
      return accumulate_subsample(policy, pools);
    case jobs::PolicyKind::human_fraction:
      return human_fraction(policy, pools);
  }
  throw Error(ExitCode::internal, "plan", "a mix", "unknown policy");
}

}  // namespace

workers::MixPlan plan_mix(const jobs::PolicySection& policy, const Pools& pools) {
  workers::MixPlan plan;
  plan.generation = pools.generation;
  plan.unit = pools.unit;
  plan.unit_values = pools.unit_values;
  plan.seed = pools.seed;
  plan.sources = sources_of(policy, pools);
  return plan;
}

std::vector<int> corpora_of_mix(const jobs::PolicySection& policy, int generation) {
  if (generation == 0) return {};
  switch (policy.kind) {
    case jobs::PolicyKind::replace:
      return {generation - 1};
    case jobs::PolicyKind::human_fraction:
      if (policy.human_fraction >= 1) return {};
      return {generation - 1};
    case jobs::PolicyKind::accumulate:
    case jobs::PolicyKind::accumulate_subsample:
      break;
  }
  std::vector<int> all(static_cast<std::size_t>(generation));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace genloss::orchestrator
