#include "jobs/study_file.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/plan/disk_need.hpp"
#include "orchestrator/run/group.hpp"
#include "orchestrator/run/job.hpp"

namespace genloss::orchestrator {
namespace {

ExitCode run_command_body(const Words& given, const comms::World& world) {
  Words words = given;
  const std::string arm = take_option(words, "--arm");
  const auto seed = take_whole_number(words, "--seed", 0, INT64_MAX);
  const std::string file = take_study(words, "run");
  jobs::StudySpec spec;
  std::vector<jobs::Chain> chains;
  world.communicator({})->root_first("study file", [&] {
    spec = jobs::read_study(file, words);
    chains = jobs::selected(jobs::chains_of(spec), arm, seed);
    check_lineages(chains);
  });
  return run_study(spec, chains, world,
                   [&](const RetainedStudy& there, const workers::Family& family, int ranks, int groups) {
                     plan::check_disk(spec, chains, there, family, ranks, groups);
                   });
}

}  // namespace

const Command run_command{
    "run", "STUDY.ini [--arm A] [--seed S] [--section.key=value ...]", "run a study, or continue it",
    R"(Makes (or finds) the run directory runs/NAME-DIGEST8 and takes the study from wherever it is to its last
generation. The same command continues an interrupted run; --study.generations=N makes a finished one longer, and
--study.seeds=N adds chains. Alone it uses one rank; under `mpirun -n N` or `srun --mpi=pmix` it uses N, with the same
results, bit for bit. A study of several arms or seeds is several chains: ranks are divided over them, and what they
have in common is made once. --arm and --seed take up a part of the chains.
SIGTERM, SIGINT and SIGUSR2 save the state and exit 75. A chain that cannot go on is closed, the others are finished,
and the exit code is 65. A study that does not fit on the disk, with what runtime.keep lets go, is not begun (74).
`genloss help options` lists all options.)",
    run_command_body};

}  // namespace genloss::orchestrator
