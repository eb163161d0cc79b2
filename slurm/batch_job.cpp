#include "slurm/batch_job.hpp"

#include <algorithm>
#include <cmath>

#include "slurm/duration.hpp"
#include "slurm/shell_words.hpp"

namespace genloss::slurm {
namespace {

using std::chrono::seconds;

/// sbatch reads "#SBATCH --option=value" with a shell's quoting rules.
std::string directive(std::string_view option, const std::string& value) {
  return "#SBATCH --" + std::string(option) + "=" + shell_word(value) + "\n";
}

std::string size_directives(const Resources& wanted) {
  std::string text = directive("nodes", std::to_string(wanted.nodes)) +
                     directive("ntasks-per-node", std::to_string(wanted.tasks_per_node)) +
                     directive("cpus-per-task", std::to_string(wanted.cpus_per_task));
  if (wanted.gpus_per_task > 0) text += directive("gpus-per-task", std::to_string(wanted.gpus_per_task));
  if (wanted.time.count() > 0) text += directive("time", duration_text(wanted.time));
  if (!wanted.partition.empty()) text += directive("partition", wanted.partition);
  if (!wanted.account.empty()) text += directive("account", wanted.account);
  if (!wanted.qos.empty()) text += directive("qos", wanted.qos);
  for (const auto& option : wanted.extra) text += "#SBATCH " + option + "\n";
  return text;
}

std::string directives(const BatchJob& job) {
  std::string text = directive("job-name", job.name) + size_directives(job.resources);
  if (job.array) {
    text += directive("array", element_list(job.elements) + (job.at_once > 0 ? "%" + std::to_string(job.at_once) : ""));
  }
  text += directive("signal", "B:USR2@" + std::to_string(job.lead.count())) + "#SBATCH --requeue\n";
  if (job.elastic) text += "#SBATCH --no-kill\n";
  text +=
      directive("open-mode", "append") + directive("output", job.logs / (job.array ? "job-%A_%a.log" : "job-%j.log"));
  return text;
}

std::string assignment(std::string_view name, std::string_view value) {
  return std::string(name) + "=" + shell_word(value) + "\n";
}

std::string list(std::string_view name, const std::vector<Point>& points, std::filesystem::path Point::*field) {
  std::string text = std::string(name) + "=(";
  for (const auto& point : points) text += "\n  " + shell_word((point.*field).string());
  return text + "\n)\n";
}

/// What `genloss job` is to know: it decides everything else.
std::vector<std::string> job_words(const BatchJob& job) {
  const Resources& wanted = job.resources;
  std::vector<std::string> words{
      "--script=" + job.script.string(), "--tasks-per-node=" + std::to_string(wanted.tasks_per_node),
      "--cpus-per-task=" + std::to_string(wanted.cpus_per_task),
      "--gpus-per-task=" + std::to_string(wanted.gpus_per_task), "--limit=" + std::to_string(job.max_stalled_restarts)};
  if (job.elastic) words.push_back("--elastic");
  return words;
}

std::string values(const BatchJob& job) {
  return assignment("program", job.program.string()) + assignment("setup", job.setup.string()) + "words=(" +
         shell_line(job_words(job)) + ")\n" + list("studies", job.points, &Point::study) +
         list("runs", job.points, &Point::run) + assignment("threads", std::to_string(job.resources.cpus_per_task));
}

/// A signal that comes before the program can take it is handed over as a word; bash would end of it.
constexpr std::string_view body = R"bash(set -u
warned=() element=${SLURM_ARRAY_TASK_ID:-0}
trap 'warned=(--warned)' USR2 TERM
if [ -n "$setup" ]; then . "$setup" || { echo "genloss: $setup failed"; exit 69; }; fi
export OMP_NUM_THREADS=$threads
trap '' USR2 TERM
exec "$program" job "${words[@]}" ${warned[@]+"${warned[@]}"} "${studies[$element]}" "${runs[$element]}"
)bash";

}  // namespace

std::string batch_script(const BatchJob& job) {
  return "#!/bin/bash\n" + directives(job) + "\n# Made by `genloss submit`; its next call writes it anew.\n" +
         values(job) + std::string(body);
}

std::string element_list(const std::vector<int>& elements) {
  std::string text;
  for (std::size_t i = 0; i < elements.size();) {
    std::size_t last = i;
    while (last + 1 < elements.size() && elements[last + 1] == elements[last] + 1) ++last;
    text += (text.empty() ? "" : ",") + std::to_string(elements[i]);
    if (last > i) text += "-" + std::to_string(elements[last]);
    i = last + 1;
  }
  return text;
}

seconds lead_time(double checkpoint_seconds, double longest_piece_seconds, seconds wall_time) {
  constexpr double unmeasured = 120, margin = 30, most = 65535;  // sbatch takes 16 bits
  const bool measured = checkpoint_seconds > 0 || longest_piece_seconds > 0;
  double lead = measured ? 2 * checkpoint_seconds + longest_piece_seconds + margin : unmeasured;
  if (wall_time.count() > 0 && wall_time != unlimited) lead = std::min(lead, wall_time.count() / 2.0);
  return seconds(static_cast<long>(std::ceil(std::clamp(lead, 1.0, most))));
}

}  // namespace genloss::slurm
