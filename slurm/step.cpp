// A step of the own job: srun, with the signals of the batch script.

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <spawn.h>
#include <sys/wait.h>

#include "slurm/own_job.hpp"
#include "slurm/tool.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX wants it declared by the program

namespace genloss::slurm {
namespace {

constexpr int no_program = 69;

/// Slurm 22.05: with its own choice of fence, a part of the starts over 3 nodes and more ends in a crash.
void choose_fence() {
  const ToolOutcome version = run_tool({"srun", "--version"}, std::chrono::seconds(10));
  constexpr int keep_what_is_set = 0;
  if (version.output.rfind("slurm 22.05", 0) == 0) {
    ::setenv("SLURM_PMIX_FENCE", "ring", keep_what_is_set);  // NOLINT(concurrency-mt-unsafe): there is one thread
  }
}

}  // namespace

std::vector<std::string> step_words(const Resources& wanted, const std::vector<std::string>& nodes,
                                    const std::filesystem::path& log, const std::vector<std::string>& command) {
  std::string list;
  for (const auto& node : nodes) list += (list.empty() ? "" : ",") + node;
  std::vector<std::string> words{"srun", "--mpi=pmix", "--kill-on-bad-exit=1", "--open-mode=append",
                                 "--cpus-per-task=" + std::to_string(wanted.cpus_per_task)};
  if (wanted.gpus_per_task > 0) words.push_back("--gpus-per-task=" + std::to_string(wanted.gpus_per_task));
  const auto tasks = nodes.size() * static_cast<std::size_t>(wanted.tasks_per_node);
  words.insert(words.end(), {"--nodes=" + std::to_string(nodes.size()), "--nodelist=" + list,
                             "--ntasks-per-node=" + std::to_string(wanted.tasks_per_node),
                             "--ntasks=" + std::to_string(tasks), "--output=" + log.string()});
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

int run_step(const std::vector<std::string>& words, const std::function<int()>& next_signal) {
  choose_fence();
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));  // NOLINT: spawn does not write
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) return no_program;
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (ended < 0 && errno != EINTR) return no_program;
    if (const int signal = next_signal(); signal != 0) ::kill(child, signal);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace genloss::slurm
