#pragma once
// Section [categorical] of a study.

#include <filesystem>

#include "jobs/study_spec.hpp"

namespace genloss::workers {

enum class SymbolShape { uniform, zipf, zipf_mandelbrot, counts };

struct CategoricalOptions {
  int symbols = 1000;
  int replicates = 200;
  SymbolShape shape = SymbolShape::zipf;
  double exponent = 1.0, shift = 2.7;
  std::filesystem::path counts;
};

[[nodiscard]] inline const CategoricalOptions& categorical_options(const jobs::StudySpec& spec) {
  return spec.parts.of<CategoricalOptions>();
}

}  // namespace genloss::workers
