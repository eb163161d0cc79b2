#pragma once
// What is to be submitted.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/submit/grid.hpp"
#include "slurm/batch_job.hpp"

namespace genloss::orchestrator {

struct SubmitRequest {
  std::filesystem::path study;
  std::vector<std::string> overrides;  ///< "--section.key=value", as `run` takes them
  std::vector<Axis> axes;              ///< none: a single job
  slurm::Resources resources;          ///< cpus_per_task comes from the study
  std::filesystem::path setup;
  std::optional<int> chain;     ///< links; nothing: as many as the study is expected to need
  std::optional<double> hours;  ///< the whole study is expected to take
  int at_once = 0;
  int max_stalled_restarts = 3;
  bool elastic = false, dry_run = false;
};

}  // namespace genloss::orchestrator
