#pragma once
// A real Slurm of this machine's own, for as long as a test program lives, and what a person does with it.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/program.hpp"

namespace genloss::tests {

class Cluster {
 public:
  /// Three nodes n1, n2, n3, started on first use; this process' environment is then that of a login node.
  static Cluster& running();
  /// Why there can be none here; empty if there can.
  [[nodiscard]] static const std::string& missing();
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  void kill_node(const std::string& node) { script("kill " + node); }
  void cut_off_node(const std::string& node) { script("freeze " + node); }
  /// Brings a killed node back and waits until it is usable.
  void boot_node(const std::string& node);
  [[nodiscard]] std::string node_state(const std::string& node);

 private:
  Cluster();
  void script(const std::string& words);
};

/// `genloss submit` said "job 12": "12". Empty, with a failed test, if it did not.
[[nodiscard]] std::string submitted_job(const Outcome& submission);
/// "RUNNING", "COMPLETED", ...; of an array element: "12_3".
[[nodiscard]] std::string job_state(const std::string& job);
/// The nodes the job has, one name each.
[[nodiscard]] std::vector<std::string> job_nodes(const std::string& job);
/// How often Slurm has started the job again.
[[nodiscard]] int job_restarts(const std::string& job);

/// Looks ten times a second; false after `seconds`.
[[nodiscard]] bool comes_true(const std::function<bool()>& condition, int seconds);
/// The job is in its last state (not waiting, running, or on its way between).
[[nodiscard]] bool job_ends(const std::string& job, int seconds = 120);
/// The training of generation 0 has logged this step.
[[nodiscard]] bool trains_until(const std::filesystem::path& run, int step, int seconds = 60);
/// All that the job and its ranks have printed: for messages of failed tests.
[[nodiscard]] std::string job_logs(const std::filesystem::path& run);

}  // namespace genloss::tests
