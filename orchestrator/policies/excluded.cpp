// P30 exclusion by provenance or watermark (Kanabar and Gastpar 2026): what carries the label, a value other than 0, is
// left out. A detector that errs is "equal 0 hits P false Q".

#include "orchestrator/policies/algebra/chosen_mix.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(excluded) {
  return choosing_policy("excluded", "The latest corpus without the samples that carry a label.", "equal 0");
}

}  // namespace genloss::orchestrator
