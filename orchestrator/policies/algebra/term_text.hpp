#pragma once
// Terms as a study file says them: policy.terms.

#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/policies/algebra/terms.hpp"

namespace genloss::orchestrator {

/// TERM | TERM | ..., where TERM is SOURCE [where SELECTION [and SELECTION] ...] [QUOTA] [weight W]:
///   SOURCE: human train|held_out [kept|fresh|cumulative|redrawn]; corpus latest|G; corpora all|before|last K, both of
///           ARM or of lineage K of L;
///           everything (human train and all corpora); web [unlabelled] (web.hpp; without what says it is synthetic)
///   SELECTION: COLUMN and one of: top|bottom P %; above|below|equal|not equal X [hits P false Q];
///           softmax K [temperature T]; weighted exp|identity|rank [cap C] [draw P %] (selection.hpp)
///   QUOTA:  all (the default); P % (of the mix size); P % of human (of the human training text); N tokens|samples
/// "corpora before" are those before the latest. A draw that is not said is kept.
/// @param generation of the mix @throws Error(usage) naming the term and what it was read as
[[nodiscard]] std::vector<Term> read_terms(std::string_view text, int generation);

/// SELECTION [and SELECTION] ... of a policy that has the column, and how it chooses, in two options.
/// @param column of the first @throws Error(usage) naming policy.select
[[nodiscard]] std::vector<Selector> read_selection(const std::string& column, const std::string& text);

}  // namespace genloss::orchestrator
