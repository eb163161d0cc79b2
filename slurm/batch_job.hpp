#pragma once
// A batch job as values, and the script that sbatch is given for it.

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace genloss::slurm {

/// What is asked of Slurm.
struct Resources {
  int nodes = 1;
  int tasks_per_node = 1;  ///< ranks
  int cpus_per_task = 1;   ///< threads of a rank
  int gpus_per_task = 0;
  std::chrono::seconds time{0};  ///< wall time of one attempt; 0: the partition's default
  std::string partition, account, qos;
  std::vector<std::string> extra;  ///< further options of sbatch, as they are: "--constraint=a100"

  [[nodiscard]] int tasks() const noexcept { return nodes * tasks_per_node; }
};

/// One study and the directory its run has.
struct Point {
  std::filesystem::path study, run;
};

struct BatchJob {
  std::string name;              ///< of the job, for people
  std::filesystem::path script;  ///< where this lies: jobs of one run are known by it
  Resources resources;
  std::chrono::seconds lead{120};        ///< how long before the end the job is warned
  std::filesystem::path program, setup;  ///< genloss; a shell file to be sourced first (modules), or empty
  std::filesystem::path logs;            ///< existing folder for the job's own output
  std::vector<Point> points;             ///< one, or those of an array
  bool array = false;                    ///< element i of the array does points[i]
  std::vector<int> elements;             ///< of the array that are submitted
  int at_once = 0;                       ///< elements that may run together; 0: as many as fit
  bool elastic = false;                  ///< go on with fewer nodes after one is lost
  int max_stalled_restarts = 3;
};

/// The script: what is asked of Slurm, the site's set-up, and `genloss job`, which does and decides everything else.
[[nodiscard]] std::string batch_script(const BatchJob& job);

/// "0-3,5,7-8"
[[nodiscard]] std::string element_list(const std::vector<int>& elements);

/// Lead time from measured seconds: twice the checkpoint, the longest step or shard, and half a minute; never above
/// half of the wall time. Two minutes if nothing has been measured yet.
/// @param wall_time 0: not known
[[nodiscard]] std::chrono::seconds lead_time(double checkpoint_seconds, double longest_piece_seconds,
                                             std::chrono::seconds wall_time);

}  // namespace genloss::slurm
