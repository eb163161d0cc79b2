// P20 surprise filter (Gambetta et al.): the samples of the latest corpus that a model finds least likely.

#include "orchestrator/policies/algebra/chosen_mix.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(surprising) {
  return choosing_policy("surprising", "The most surprising part of the latest corpus.", "top 50 %");
}

}  // namespace genloss::orchestrator
