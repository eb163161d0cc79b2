#include "slurm/queue.hpp"

#include <sstream>

#include "jobs/error.hpp"
#include "slurm/environment.hpp"
#include "slurm/tool.hpp"

namespace genloss::slurm {
namespace {

constexpr auto timeout = std::chrono::seconds(60);

Error no_slurm() {
  return {ExitCode::missing_resource, "submit", "with sbatch", "this host has no sbatch in PATH",
          "submit on a login node of the cluster (perhaps `module load slurm`); --dry-run shows the script anywhere; "
          "without Slurm: genloss run"};
}

}  // namespace

std::vector<std::string> sbatch_words(const std::filesystem::path& script, const std::string& after) {
  std::vector<std::string> words{"sbatch", "--parsable"};
  if (!after.empty()) words.push_back("--dependency=afterany:" + after);
  words.push_back(script.string());
  return words;
}

std::string hand_in(const std::filesystem::path& script, const std::string& after) {
  const ToolOutcome outcome = run_tool(sbatch_words(script, after), timeout);
  if (!outcome.found) throw no_slurm();
  if (!outcome.good()) {
    throw Error(ExitCode::missing_resource, "submit", script.string(),
                outcome.timed_out ? "sbatch did not answer in 60 s" : "sbatch refused it: " + outcome.output,
                "`sinfo` shows partitions and their limits; nothing is lost, submit again");
  }
  const std::string line = outcome.output.substr(outcome.output.rfind('\n') + 1);  // notes may stand above
  return line.substr(0, line.find(';'));                                           // "12" or "12;cluster"
}

std::vector<QueuedJob> queued_jobs(const std::filesystem::path& script) {
  const ToolOutcome outcome = run_tool({"squeue", "-h", "-r", "--me", "-o", "%i %T %K %o"}, timeout);
  std::vector<QueuedJob> jobs;
  if (!outcome.good()) return jobs;
  std::istringstream lines(outcome.output);
  for (std::string id, state, element, command; lines >> id >> state >> element && std::getline(lines, command);) {
    if (command != " " + script.string() || state == "COMPLETING") continue;
    jobs.push_back({id, state, whole_number<int>(element)});
  }
  return jobs;
}

void need_slurm() {
  if (!run_tool({"sbatch", "--version"}, timeout).found) throw no_slurm();
}

}  // namespace genloss::slurm
