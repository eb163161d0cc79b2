// P1 replace (Shumailov et al. 2024): model n learns from what model n-1 wrote, and from nothing else.

#include "orchestrator/policies/sources.hpp"

namespace genloss::orchestrator {

std::vector<workers::MixSource> replace(const jobs::PolicySection& policy, const Pools& pools) {
  const CorpusPool& latest = pools.corpora.back();
  return {take(latest, mix_units(policy, pools, latest.units), pools)};
}

}  // namespace genloss::orchestrator
