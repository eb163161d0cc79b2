#pragma once
// How fast a rank is: given, or measured here.

#include <optional>
#include <string>

#include "jobs/study_spec.hpp"

namespace genloss::orchestrator::plan {

/// Values (tokens; reals: numbers) per second and rank, as the user gives them.
struct RatesGiven {
  std::optional<double> training, sampling;
};

struct Rates {
  double training = 0, sampling = 0;         ///< values per second and rank; 0: not known
  double scoring = 0;                        ///< forward passes; from the training rate
  std::string training_from, sampling_from;  ///< "given", "measured here in 0.4 s ..."
};

/// What is given, and a short measurement of the study's own shape on this machine for what is not. For
/// runtime.device = cuda nothing is measured.
[[nodiscard]] Rates find_rates(const jobs::StudySpec& spec, const RatesGiven& given);

}  // namespace genloss::orchestrator::plan
