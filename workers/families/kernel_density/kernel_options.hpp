#pragma once
// Section [kernel_density] of a study.

#include "jobs/study_spec.hpp"

namespace genloss::workers {

enum class Kernel { gaussian, tophat };
enum class Bandwidth { fixed, scott, silverman };
/// What stands for human data: one blob, two rings, or two moons.
enum class PointShape { blob, rings, moons };

struct KernelOptions {
  int dimension = 1, replicates = 100;
  Kernel kernel = Kernel::gaussian;
  Bandwidth bandwidth = Bandwidth::scott;
  double width = 0.5;
  PointShape shape = PointShape::blob;
  double standard_deviation = 1.0, scatter = 0.1;
  int test_points = 100;
};

[[nodiscard]] inline const KernelOptions& kernel_options(const jobs::StudySpec& spec) {
  return spec.parts.of<KernelOptions>();
}

}  // namespace genloss::workers
