#pragma once
// Section [linear_autoencoder] of a study.

#include "jobs/study_spec.hpp"

namespace genloss::workers {

struct AutoencoderOptions {
  int dimension = 8, codes = 8, replicates = 100;
  double spectrum = 1.0;    ///< variance of coordinate i is spectrum^i
  double code_noise = 0.1;  ///< variance of the noise on codes while training, over that of the code
};

[[nodiscard]] inline const AutoencoderOptions& autoencoder_options(const jobs::StudySpec& spec) {
  return spec.parts.of<AutoencoderOptions>();
}

}  // namespace genloss::workers
