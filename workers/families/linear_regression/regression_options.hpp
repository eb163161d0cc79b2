#pragma once
// Section [linear_regression] of a study.

#include "jobs/study_spec.hpp"

namespace genloss::workers {

/// What rows a generation is labelled on: new ones each time, or those of the human data, restacked.
enum class Design { fresh, same };
/// The noise of a generation's labels: that of the human data, or what the fit leaves unexplained.
enum class LabelNoise { known, fitted };

struct RegressionOptions {
  int dimension = 5;
  int replicates = 200;
  double coefficient = 1.0, noise = 1.0;
  double ridge = 0.0;
  Design design = Design::fresh;
  LabelNoise label_noise = LabelNoise::known;
};

[[nodiscard]] inline const RegressionOptions& regression_options(const jobs::StudySpec& spec) {
  return spec.parts.of<RegressionOptions>();
}

}  // namespace genloss::workers
