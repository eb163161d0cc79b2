#pragma once
#include <vector>

#include "orchestrator/policies/policy.hpp"
#include "storage/corpus/corpus_manifest.hpp"
#include "workers/family.hpp"

namespace genloss::tests {

/// The mix of a generation by the study's policy, for a ClosedFormChain of a test that links the policies alone.
inline auto planned_by_policy(const jobs::StudySpec& spec) {
  return [spec](int n, const workers::Family& family, const std::vector<storage::CorpusManifest>& corpora) {
    const auto pool = [&](jobs::TrainableSplit split) {
      return orchestrator::HumanPool{split, family.units().human_units(split), family.units().human_digest(split)};
    };
    orchestrator::Pools pools{n,
                              spec.study.chain_seed(),
                              family.units().unit_name(),
                              family.units().unit_values(),
                              pool(jobs::TrainableSplit::train),
                              pool(jobs::TrainableSplit::held_out),
                              {}};
    for (const auto& corpus : corpora) {
      pools.corpora.push_back({corpus.generation, family.units().corpus_units(corpus), corpus.digest()});
    }
    return orchestrator::plan_mix(spec.policy, pools);
  };
}

}  // namespace genloss::tests
