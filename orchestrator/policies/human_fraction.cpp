// P9 / P12: every mix holds a fixed share of human text, the rest is the latest corpus. "kept" gives the same human
// units to every generation (Shumailov's 10 %, Alemohammad's fixed real set), "fresh" draws others each time (the fresh
// data loop).

#include <cmath>

#include "orchestrator/policies/sources.hpp"

namespace genloss::orchestrator {

std::vector<workers::MixSource> human_fraction(const jobs::PolicySection& policy, const Pools& pools) {
  const CorpusPool& latest = pools.corpora.back();
  const std::uint64_t total = mix_units(policy, pools, latest.units);
  const auto human = static_cast<std::uint64_t>(std::llround(policy.human_fraction * static_cast<double>(total)));
  const std::uint32_t selection =
      policy.human_draw == jobs::HumanDraw::kept ? 0 : static_cast<std::uint32_t>(pools.generation);
  std::vector<workers::MixSource> sources;
  if (policy.human_fraction > 0) sources.push_back(take(human_pool(policy, pools), human, selection, pools));
  if (human < total) sources.push_back(take(latest, total - human, pools));
  return sources;
}

}  // namespace genloss::orchestrator
