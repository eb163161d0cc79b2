#pragma once
// The job this process is the batch script of: what Slurm says about it, and what is asked of Slurm for it.

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "slurm/batch_job.hpp"

namespace genloss::slurm {

class OwnJob {
 public:
  /// @param script as it was submitted: links of one chain are known by it
  explicit OwnJob(std::filesystem::path script);
  /// Empty outside Slurm.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] int restarts() const noexcept { return restarts_; }

  /// It was cancelled, or Slurm is ending it: it is not to be queued again. False if Slurm is too busy to answer.
  [[nodiscard]] bool is_being_ended() const;
  /// It runs, as far as is known.
  [[nodiscard]] bool is_running() const;
  /// Later links of a chain, which wait for this job to end.
  [[nodiscard]] std::vector<std::string> next_links() const;
  /// Asks Slurm five times, ever less often. @return whether it agreed
  [[nodiscard]] bool queue_again() const;
  static void cancel(const std::vector<std::string>& jobs);

  /// Nodes of this job that still answer; all of them if Slurm does not.
  [[nodiscard]] std::vector<std::string> living_nodes() const;
  /// A node is called lost only when Slurm has heard nothing of it for SlurmdTimeout: waits for that verdict.
  /// @return whether fewer than `before` nodes live
  [[nodiscard]] bool has_lost_nodes(std::size_t before) const;

 private:
  [[nodiscard]] std::vector<std::string> answering_nodes() const;
  std::filesystem::path script_;
  std::string id_, node_list_;
  int restarts_ = 0;
};

/// The srun line of one attempt. @param nodes those to be used, by name
[[nodiscard]] std::vector<std::string> step_words(const Resources& wanted, const std::vector<std::string>& nodes,
                                                  const std::filesystem::path& log,
                                                  const std::vector<std::string>& command);

/// Runs the step and waits for its end, passing signals on.
/// @param next_signal asked every few milliseconds; 0: none
/// @return srun's exit code, 128 + its signal, or 69 if there is no srun
[[nodiscard]] int run_step(const std::vector<std::string>& words, const std::function<int()>& next_signal);

}  // namespace genloss::slurm
