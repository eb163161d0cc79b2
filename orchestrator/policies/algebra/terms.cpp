#include "orchestrator/policies/algebra/terms.hpp"

namespace genloss::orchestrator {

Source human(jobs::TrainableSplit split, jobs::HumanDraw draw) { return {split, 0, 0, draw}; }
Source corpora(int first, int end) { return {std::nullopt, first, end, jobs::HumanDraw::redrawn}; }
Source corpus(int generation) { return corpora(generation, generation + 1); }
std::string OtherChain::text() const {
  if (ring > 1) return "of lineage " + std::to_string(step) + " of " + std::to_string(ring);
  return arm.empty() ? "" : "of " + arm;
}
Source of_chain(Source corpora, OtherChain of) {
  corpora.of = std::move(of);
  return corpora;
}
Source everything_before(int generation) {
  return {jobs::TrainableSplit::train, 0, generation, jobs::HumanDraw::redrawn};
}
Source web(int generation, bool without_labelled) {
  Source source = everything_before(generation);
  source.as_web = true;
  source.without_labelled = without_labelled;
  return source;
}

}  // namespace genloss::orchestrator
