#pragma once
// Section [bernoulli] of a study.

#include "jobs/study_spec.hpp"

namespace genloss::workers {

struct BernoulliOptions {
  int replicates = 1000;
  double probability = 0.2;
};

[[nodiscard]] inline const BernoulliOptions& bernoulli_options(const jobs::StudySpec& spec) {
  return spec.parts.of<BernoulliOptions>();
}

}  // namespace genloss::workers
