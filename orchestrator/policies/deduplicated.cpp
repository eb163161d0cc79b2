// P28 duplicates, and rejection by length and format, which many programs do and few papers say: each text of the
// latest corpus once. More conditions follow in policy.select: "equal 0 and words above 10".

#include "orchestrator/policies/algebra/chosen_mix.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(deduplicated) {
  return choosing_policy("deduplicated", "The latest corpus, each text of it once.", "equal 0");
}

}  // namespace genloss::orchestrator
