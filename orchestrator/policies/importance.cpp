// P25 importance resampling (Xie et al. 2023, DSIR): samples of the latest corpus by Gumbel top-k on the logarithm of a
// density ratio to human text, each once at most.

#include "orchestrator/policies/algebra/chosen_mix.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(importance) {
  return choosing_policy("importance", "The latest corpus, resampled by the logarithm of an importance weight.",
                         "weighted exp cap 1 draw 50 %");
}

}  // namespace genloss::orchestrator
