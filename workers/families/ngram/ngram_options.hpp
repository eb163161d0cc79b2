#pragma once
// Section [ngram] of a study.

#include "jobs/study_spec.hpp"

namespace genloss::workers {

struct NgramOptions {
  int order = 3, replicates = 1;
  int length = 64;
  int test_tokens = 16384;
};

[[nodiscard]] inline const NgramOptions& ngram_options(const jobs::StudySpec& spec) {
  return spec.parts.of<NgramOptions>();
}

}  // namespace genloss::workers
