#pragma once
// Terms as a study file says them: policy.terms.

#include <string_view>
#include <vector>

#include "orchestrator/policies/algebra/terms.hpp"

namespace genloss::orchestrator {

/// TERM | TERM | ..., where TERM is SOURCE [QUOTA] [weight W]:
///   SOURCE: human train|held_out [kept|fresh|cumulative|redrawn]; corpus latest|G; corpora all|before|last K, both of
///   ARM or of lineage K of L;
///           everything (human train and all corpora); web [unlabelled] (web.hpp; without what says it is synthetic)
///   QUOTA:  all (the default); P % (of the mix size); P % of human (of the human training text); N tokens|samples
/// "corpora before" are those before the latest. A draw that is not said is kept.
/// @param generation of the mix @throws Error(usage) naming the term and what it was read as
[[nodiscard]] std::vector<Term> read_terms(std::string_view text, int generation);

}  // namespace genloss::orchestrator
