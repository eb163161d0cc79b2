// P3 accumulate (Gerstgrasser et al. 2024): all human training text and every corpus so far.

#include "jobs/error.hpp"
#include "orchestrator/policies/sources.hpp"

namespace genloss::orchestrator {

std::vector<workers::MixSource> accumulate(const jobs::PolicySection& policy, const Pools& pools) {
  if (policy.size != 0) {
    throw Error(ExitCode::usage, "plan", "policy.size", "policy accumulate always takes everything",
                "use policy.name = accumulate_subsample for a mix of fixed size");
  }
  std::vector<workers::MixSource> sources{take(pools.train, pools.train.units, 0, pools)};
  for (const CorpusPool& corpus : pools.corpora) sources.push_back(take(corpus, corpus.units, pools));
  return sources;
}

}  // namespace genloss::orchestrator
