#pragma once
// What is asked of the scheduler: submit a job, see what is queued.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace genloss::slurm {

/// The words that hand in `script`; `after`: a job that has to end first, or empty.
[[nodiscard]] std::vector<std::string> sbatch_words(const std::filesystem::path& script, const std::string& after = {});
/// Hands the job in. @return its id
/// @throws Error(missing_resource) without sbatch, or if it refuses, with its own words
[[nodiscard]] std::string hand_in(const std::filesystem::path& script, const std::string& after = {});

/// A job or array element that waits or runs.
struct QueuedJob {
  std::string id, state;       ///< "12", "12_3"; "PENDING", "RUNNING", ...
  std::optional<int> element;  ///< of an array
};
/// The user's jobs of this script: names may be alike, e.g. those of one study in two folders of runs. Empty also if
/// squeue is not there or does not answer.
[[nodiscard]] std::vector<QueuedJob> queued_jobs(const std::filesystem::path& script);

/// @throws Error(missing_resource) with the way out if there is no sbatch in PATH
void need_slurm();

}  // namespace genloss::slurm
