#pragma once
// Section [poisson] of a study.

#include "jobs/study_spec.hpp"

namespace genloss::workers {

struct PoissonOptions {
  int replicates = 1000;
  double rate = 1.0;
};

[[nodiscard]] inline const PoissonOptions& poisson_options(const jobs::StudySpec& spec) {
  return spec.parts.of<PoissonOptions>();
}

}  // namespace genloss::workers
