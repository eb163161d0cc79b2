#pragma once
// A run that somebody looks at: its study, how to read it, and what of it is there.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jobs/study_spec.hpp"
#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/show/drawn_samples.hpp"
#include "workers/reading.hpp"

namespace genloss::orchestrator::show {

struct ShownRun {
  RunPaths paths;
  jobs::StudySpec spec;
  std::unique_ptr<workers::Reading> reading;
  std::string title;  ///< study, or of several chains arm and seed: "half", "half seed 2"

  /// All chains of a run that have begun, or the one of RUN/ARM/seed-S.
  /// @throws Error(bad_data) if it is no run directory, Error(usage) if its samples are not text
  [[nodiscard]] static std::vector<ShownRun> open(const std::filesystem::path& directory);
  /// "demo-1a2b3c4d", of several chains "demo-1a2b3c4d half seed 2"
  [[nodiscard]] std::string name() const {
    return paths.run().filename().string() + (paths.chain.empty() ? "" : " " + title);
  }
  /// Generations whose model is sealed, ascending.
  [[nodiscard]] std::vector<int> models() const;
  /// The last generation of which samples are sealed, if there is any.
  [[nodiscard]] std::optional<int> last_drawn() const;
  /// Samples of a generation. @throws Error(usage) naming what there is, if none are sealed
  [[nodiscard]] DrawnSamples samples(int generation) const;
  /// The folder of a sealed model, its weights checked against its digest. @throws Error(bad_data) if they differ
  [[nodiscard]] std::filesystem::path checked_model(int generation) const;
};

}  // namespace genloss::orchestrator::show
