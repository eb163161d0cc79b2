#pragma once
// Section [gaussian_mixture] of a study.

#include "jobs/study_spec.hpp"

namespace genloss::workers {

struct MixtureOptions {
  int dimension = 2, components = 2, replicates = 50;
  int true_components = 1;
  double separation = 6.0, standard_deviation = 1.0;
  double tolerance = 1e-5;
  int iterations = 2000, starts = 1;
  double variance_floor = 0.0;
};

[[nodiscard]] inline const MixtureOptions& mixture_options(const jobs::StudySpec& spec) {
  return spec.parts.of<MixtureOptions>();
}

}  // namespace genloss::workers
