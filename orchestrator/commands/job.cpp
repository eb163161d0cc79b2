#include "orchestrator/attempt/job_body.hpp"
#include "orchestrator/commands/command.hpp"
#include "slurm/allocation.hpp"
#include "slurm/environment.hpp"

namespace genloss::orchestrator {
namespace {

int number(Words& words, const std::string& option, int least) {
  const std::string text = take_option(words, option);
  const auto value = slurm::whole_number<int>(text);
  if (!value || *value < least) {
    throw Error(ExitCode::usage, "read", option, "'" + text + "' is not a number from " + std::to_string(least),
                "this command is for the scripts that `genloss submit` writes");
  }
  return *value;
}

ExitCode job_command_body(const Words& given, const comms::World&) {
  Words words = given;
  JobOrder order;
  order.script = take_option(words, "--script");
  order.resources.tasks_per_node = number(words, "--tasks-per-node", 1);
  order.resources.cpus_per_task = number(words, "--cpus-per-task", 1);
  order.resources.gpus_per_task = number(words, "--gpus-per-task", 0);
  order.max_stalled_restarts = number(words, "--limit", 0);
  order.elastic = take_flag(words, "--elastic");
  order.warned = take_flag(words, "--warned");
  if (words.size() != 2 || slurm::current_allocation().job.empty()) {
    throw Error(ExitCode::usage, "run", "genloss job", "a study and a run directory inside a Slurm job are needed",
                "this command is for the scripts that `genloss submit` writes; a person wants `genloss submit STUDY`");
  }
  order.point = {words[0], words[1]};
  return static_cast<ExitCode>(run_job(order));
}

}  // namespace

const Command job_command{
    "job", "[OPTIONS] STUDY RUN", "the body of a batch job (called by the scripts of submit)",
    R"(Starts `genloss run` under srun in this allocation, passes warnings on, and decides what follows the end of it:
64 and 65 are final, so is 69 before the first progress; anything else is queued again while restarts make progress.
RUN/slurm/restarts.json counts the starts.)",
    job_command_body};

}  // namespace genloss::orchestrator
