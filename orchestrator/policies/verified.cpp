// P17 verifier pruning (Feng et al. 2024; Yi et al. 2025): what passes a check of the latest corpus. The oracle keeps
// what is right, and nothing else; a verifier that errs keeps right samples with probability `hits` and wrong ones with
// `false`, and its threshold of wrong data is CF18's; pruning by a score is "top q %".

#include "orchestrator/policies/algebra/chosen_mix.hpp"

namespace genloss::orchestrator {

GENLOSS_POLICY(verified) {
  return choosing_policy("verified", "The latest corpus, as far as it passes a check.", "above 0.5");
}

}  // namespace genloss::orchestrator
