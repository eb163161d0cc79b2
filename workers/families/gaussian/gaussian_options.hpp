#pragma once
// Section [gaussian] of a study.

#include "jobs/study_spec.hpp"

namespace genloss::workers {

struct GaussianOptions {
  int dimension = 1;
  int replicates = 1000;
  int ddof = 1;  ///< 1: unbiased covariance (CF1), 0: maximum likelihood (CF2)
  double mean = 0.0, standard_deviation = 1.0, correlation = 0.0;
  double sampling_bias = 1.0;  ///< lambda: a model is sampled with lambda times its covariance (CF4)
};

[[nodiscard]] inline const GaussianOptions& gaussian_options(const jobs::StudySpec& spec) {
  return spec.parts.of<GaussianOptions>();
}

}  // namespace genloss::workers
