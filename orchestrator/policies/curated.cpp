// P18 K-choice curation (Ferbach et al. 2024): of every K samples of the latest corpus one is kept, by the softmax of
// its reward. With reference data at a ratio of l : 1, human_beside is 1 / (1 + l).

#include "orchestrator/policies/algebra/chosen_mix.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(curated) {
  return choosing_policy("curated", "One of every few samples of the latest corpus, chosen by the softmax of a reward.",
                         "softmax 2");
}

}  // namespace genloss::orchestrator
