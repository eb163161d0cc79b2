#include "orchestrator/commands/command.hpp"
#include "orchestrator/commands/submit_request.hpp"
#include "orchestrator/submit/submission.hpp"

namespace genloss::orchestrator {
namespace {

ExitCode submit_command_body(const Words& words, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  const SubmitRequest request = parse_submit(words);
  if (request.axes.empty()) {
    submit_single(request);
  } else {
    submit_sweep(request);
  }
  return ExitCode::done;
}

}  // namespace

const Command submit_command{
    "submit", "STUDY.ini [--nodes N] [--time T] [...]", "run a study as Slurm jobs",
    R"(Checks the study as `run` does, then submits a job that runs it under srun, saves its state before its time is
over, and queues itself again until the study is done. The same command continues; finished runs are left out.

  --nodes N, --tasks-per-node N   ranks (default 1 and 1)
  --gpus-per-task N               GPUs of a rank (default 0)
  --time T                        wall time of an attempt: minutes, H:MM:SS or D-HH:MM:SS
  --partition P, --account A, --qos Q
  --sbatch=OPTION                 any other option of sbatch, e.g. --sbatch=--constraint=a100; may be repeated
  --setup FILE                    shell file that the job sources first, e.g. with `module load` lines
  --set section.key=v1,v2,v3      a sweep: all combinations of all --set, as one array; each point is a run of
                                  its own; --at-once N lets only N of them run together
  --chain N                       N jobs, one after the other; without it as many as the study needs, if that
                                  is known (from an earlier start, or --hours H)
  --elastic                       go on with the other nodes when one is lost, inside the same job
  --max-stalled-restarts N        give up after N restarts in a row without progress (default 3)
  --dry-run                       print scripts and commands, write and submit nothing
  --section.key=value             as for `run`

docs/clusters.md tells more.)",
    submit_command_body};

}  // namespace genloss::orchestrator
