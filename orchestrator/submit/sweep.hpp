#pragma once
// A sweep: every point of a grid is a study of its own, saved before anything is submitted.

#include <filesystem>
#include <string>
#include <vector>

#include "orchestrator/submit/candidate.hpp"

namespace genloss::orchestrator {

struct SweepPoint {
  GridPoint values;
  Candidate candidate;
  std::filesystem::path study;  ///< SWEEP/points/0003.ini: every option, resolved
};

struct Sweep {
  std::string name;            ///< "sweep-NAME-DIGEST8", of the jobs too
  std::filesystem::path root;  ///< runs/sweeps/NAME-DIGEST8
  std::vector<SweepPoint> points;
};

/// Checks every point. The same study, options and axes give the same folder.
/// @throws Error(usage) if a point is no valid study, or two points are one run (an axis outside the study digest)
[[nodiscard]] Sweep make_sweep(const SubmitRequest& request);

/// Writes the points' studies, then manifest.json: a grid without it was not saved completely.
void save_sweep(const Sweep& sweep, const std::vector<Axis>& axes);

}  // namespace genloss::orchestrator
