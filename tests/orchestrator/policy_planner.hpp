#pragma once
#include <vector>

#include "orchestrator/attempt/preflight.hpp"
#include "orchestrator/policies/policy.hpp"
#include "storage/corpus/corpus_manifest.hpp"
#include "workers/family.hpp"

namespace genloss::tests {

/// The mix of a generation as the study's policy plans it, for ClosedFormChain.
inline auto planner_of(const jobs::StudySpec& spec) {
  return [spec](int n, const workers::Family& family, const std::vector<storage::CorpusManifest>& corpora) {
    orchestrator::Pools pools = orchestrator::pools_of_humans(spec, family, n);
    for (const auto& corpus : corpora) {
      pools.corpora.push_back({corpus.generation, family.units().corpus_units(corpus), corpus.digest()});
    }
    return plan_mix(spec.policy, pools);
  };
}

}  // namespace genloss::tests
