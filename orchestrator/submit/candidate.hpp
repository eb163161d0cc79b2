#pragma once
// One study about to be submitted: checked as `run` checks it, and where its run stands.

#include <optional>

#include "jobs/study_spec.hpp"
#include "orchestrator/attempt/time_budget.hpp"
#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/submit/request.hpp"
#include "storage/files/digest.hpp"

namespace genloss::orchestrator {

struct Candidate {
  jobs::StudySpec spec;
  storage::Digest study;
  RunPaths run;
  bool finished = false;             ///< has all the generations it is asked for
  Pace pace;                         ///< as an earlier start measured it
  std::optional<double> hours_left;  ///< from generations that an earlier start has finished
};

/// Reads and checks the study with `point` (further overrides) as `run` would with the requested ranks; a device that
/// the compute nodes have is not asked for here. Touches nothing on disk.
/// @throws Error(usage), Error(bad_data)
[[nodiscard]] Candidate check_candidate(const SubmitRequest& request, const std::vector<std::string>& point);

/// Hours that `generations` take, from the journal: the mean over generations that one start has gone through from end
/// to end, times those that are missing.
[[nodiscard]] std::optional<double> expected_hours(const std::vector<nlohmann::json>& journal, int generations);

}  // namespace genloss::orchestrator
