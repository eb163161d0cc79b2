// P4 accumulate-subsample (Kazdan et al. 2024): a uniform subset of fixed size of everything so far, without
// replacement, drawn afresh for every generation.

#include <algorithm>

#include "jobs/error.hpp"
#include "jobs/permutation.hpp"
#include "orchestrator/policies/sources.hpp"

namespace genloss::orchestrator {

std::vector<workers::MixSource> accumulate_subsample(const jobs::PolicySection& policy, const Pools& pools) {
  std::vector<std::uint64_t> ends{pools.train.units};  // the pool laid end to end: human text, corpus 0, corpus 1, ...
  for (const CorpusPool& corpus : pools.corpora) ends.push_back(ends.back() + corpus.units);
  const std::uint64_t wanted = mix_units(policy, pools, pools.train.units);
  if (wanted > ends.back()) {
    throw Error(ExitCode::bad_data, "plan", "the mix of generation " + std::to_string(pools.generation),
                "quota cannot be met: " + std::to_string(wanted) + " units (" + pools.unit +
                    ") wanted from everything so far, which holds " + std::to_string(ends.back()),
                "lower policy.size");
  }
  // The first `wanted` places of a random order of the pool fix how many units each source gives: exactly the
  // multivariate hypergeometric counts of a uniform draw. Which of its units a source gives is again uniform, by the
  // source's own key.
  const jobs::Permutation draw(ends.back(),
                               {pools.seed, jobs::Purpose::mix_select, static_cast<std::uint32_t>(pools.generation)});
  std::vector<std::uint64_t> quotas(ends.size(), 0);
  for (std::uint64_t place = 0; place < wanted; ++place) {
    ++quotas[static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), draw(place)) - ends.begin())];
  }
  std::vector<workers::MixSource> sources;
  const auto generation = static_cast<std::uint32_t>(pools.generation);
  if (quotas[0] > 0) sources.push_back(take(pools.train, quotas[0], generation, pools));
  for (std::size_t i = 0; i < pools.corpora.size(); ++i) {
    if (quotas[i + 1] > 0) sources.push_back(take(pools.corpora[i], quotas[i + 1], pools));
  }
  return sources;
}

}  // namespace genloss::orchestrator
