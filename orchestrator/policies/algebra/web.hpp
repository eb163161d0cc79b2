#pragma once
// The open web: what a crawler finds at a generation. Human text, and among it text of earlier models, a share that
// grows; some of that still says what it is, the rest cannot be told from human text. Policies draw on it as on one
// source and see a crawler's labels alone: they are given [policy], never [web]. Mixes say what was drawn in truth.

#include "jobs/study_spec.hpp"

namespace genloss::orchestrator {

struct WebSection {
  double synthetic_share = 0.5;  ///< of all text on the web, in tokens (samples)
  double labelled = 0;           ///< of the synthetic text: what still says that it is
  jobs::FromGeneration<double> later_synthetic_shares, later_labelled;
  /// The same as it is for `generation`, and nothing later.
  [[nodiscard]] WebSection of(int generation) const;
  /// Share of synthetic text in a draw. @param without_labelled what says that it is synthetic is left out
  [[nodiscard]] double synthetic_in(bool without_labelled) const noexcept;
};

}  // namespace genloss::orchestrator
