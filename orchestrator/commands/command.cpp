#include "orchestrator/commands/command.hpp"

#include <algorithm>

namespace genloss::orchestrator {

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      {"run", "STUDY.ini [--section.key=value ...]", "run a study, or continue it",
       "Makes (or finds) the run directory runs/NAME-DIGEST8 and takes the study from wherever it is to its last\n"
       "generation. The same command continues an interrupted run; --study.generations=N makes a finished one longer.\n"
       "Alone it uses one rank; under `mpirun -n N` or `srun --mpi=pmix` it uses N, with the same results, bit for "
       "bit.\n"
       "SIGTERM, SIGINT and SIGUSR2 save the state and exit 75. `genloss help options` lists all options.",
       run_command},
      {"plan", "STUDY.ini -n N [--section.key=value ...]", "what a study needs on N ranks: disk, memory, time",
       "Prints, per generation and in all: shards, samples, values, bytes on disk, files, steps, FLOPs, bytes sent, "
       "hours;\n"
       "the memory of a rank by part; and what would go wrong, as lines `ok`, `warning`, `failed` with the fix. N may "
       "be\n"
       "thousands: mixes, grants and sums over lanes are those of a real run, over ranks that are pretended. Writes "
       "nothing.\n"
       "  -n N                          ranks\n"
       "  --gpus-per-node G             ranks on a node: adds nodes, and memory of a node\n"
       "  --memory-per-node M           GB; without it, what this machine has\n"
       "  --tokens-per-second-train R   of one rank; without it, a short measurement on this machine\n"
       "  --tokens-per-second-sample R  of one rank; likewise\n"
       "  --json                        one JSON object, for scripts\n"
       "Sample lengths are not known beforehand: corpora not yet drawn count with full length. What lies in the run\n"
       "directory already counts as it is. Exits 64 or 65 if the study cannot run like this (more ranks than lanes, a\n"
       "quota that cannot be met), else 0; lines about disk, memory and time speak of this machine and leave it 0.",
       plan_command},
      {"submit", "STUDY.ini [--nodes N] [--time T] [...]", "run a study as Slurm jobs",
       "Checks the study as `run` does, then hands in a job that runs it under srun, saves its state before its time "
       "is\n"
       "over, and queues itself again until the study is done. The same command continues; finished runs are left "
       "out.\n\n"
       "  --nodes N, --tasks-per-node N   ranks (default 1 and 1)\n"
       "  --gpus-per-task N               GPUs of a rank (default 0)\n"
       "  --time T                        wall time of an attempt: minutes, H:MM:SS or D-HH:MM:SS\n"
       "  --partition P, --account A, --qos Q\n"
       "  --sbatch=OPTION                 any other option of sbatch, e.g. --sbatch=--constraint=a100; may be "
       "repeated\n"
       "  --setup FILE                    shell file that the job sources first, e.g. with `module load` lines\n"
       "  --set section.key=v1,v2,v3      a sweep: all combinations of all --set, as one array; each point is a run "
       "of\n"
       "                                  its own; --at-once N lets only N of them run together\n"
       "  --chain N                       N jobs, one after the other; without it as many as the study needs, if that\n"
       "                                  is known (from an earlier start, or --hours H)\n"
       "  --elastic                       go on with the other nodes when one is lost, inside the same job\n"
       "  --max-stalled-restarts N        give up after N restarts in a row without progress (default 3)\n"
       "  --dry-run                       print scripts and commands, write and submit nothing\n"
       "  --section.key=value             as for `run`\n\n"
       "docs/clusters.md tells more.",
       submit_command},
      {"restarts", "RUN --job ID [--limit N]", "count a start of a batch job (called by submitted jobs)",
       "Counts this start in RUN/slurm/restarts.json. Exits 69 if more than N (default 3) restarts in a row of this "
       "job\n"
       "have found the run where the start before had found it.",
       restarts_command},
      {"doctor", "[STUDY.ini] [--json] [--runtime.key=value ...]", "whether runs will work here, and how fast",
       "Alone, or started as a run will be: under `mpirun -n N` or `srun --mpi=pmix`. Looks at versions, hosts, "
       "threads "
       "and\n"
       "binding, devices, the network between each pair of hosts, the folder of runs (HDF5, locks, space), and "
       "clocks.\n"
       "One line each, ok / warning / failed, with what to do; exits 69 if one has failed. Results of runs never "
       "depend "
       "on\nany of it.",
       doctor_command},
      {"status", "[RUN | FOLDER] [--watch] [--json]", "where a run is, or all runs of a folder",
       "Reads what the run keeps on disk, so it may be called while the run is going on, on this host or others.\n"
       "Of a folder of runs (default: runs) it prints a line each. Conditions: running, finished, stopped (on "
       "request),\n"
       "interrupted (killed; run it again), failed (with its error), damaged (the journal cannot be read).\n"
       "--watch shows it again every two seconds (--every SECONDS) until nothing runs any more; --json is for scripts.",
       status_command},
      {"verify", "RUN | RUN/generation-NNN/model/model.safetensors", "check every byte back to the human documents",
       "Recomputes all digests: human documents, mixes, models, corpora, measures, and that each names the others it "
       "was\n"
       "made from. One line per artefact; exits 0 if all hold, else 65. Given a weight file, checks its ancestry "
       "alone.",
       verify_command},
      {"compare", "RUN RUN [RUN ...]", "the tables of several runs, side by side",
       "Prints the table of each run and, per measure, first and last generation of each.", compare_command},
      {"import", "austen --from DIR --to DIR", "make text files out of other forms",
       "austen: Jane Austen's six novels out of the Debian package r-cran-janeaustenr; DIR holds Rdata.rdx and "
       "Rdata.rdb.",
       import_command},
      {"help", "[COMMAND | options [SECTION] [--markdown]]", "this text, a command's, or the options'", "",
       help_command},
  };
  return all;
}

bool take_flag(Words& words, std::string_view flag) {
  const auto at = std::find(words.begin(), words.end(), flag);
  if (at == words.end()) return false;
  words.erase(at);
  return true;
}

std::string take_option(Words& words, std::string_view option) {
  for (auto at = words.begin(); at != words.end(); ++at) {
    const std::string word = *at;
    if (word == option) {
      if (at + 1 == words.end()) throw Error(ExitCode::usage, "read", std::string(option), "its value is missing");
      std::string value = *(at + 1);
      words.erase(at, at + 2);
      return value;
    }
    if (word.rfind(std::string(option) + "=", 0) == 0) {
      words.erase(at);
      return word.substr(option.size() + 1);
    }
  }
  return {};
}

std::string only_word(const Words& words, std::string_view command, std::string_view what) {
  if (words.size() == 1 && words.front().rfind("--", 0) != 0) return words.front();
  std::string cause = "give " + std::string(what);
  if (words.size() > 1 || (!words.empty() && words.front().rfind("--", 0) == 0)) {
    cause = "'" + words.back() + "' is not understood";
  }
  throw Error(ExitCode::usage, "run", "genloss " + std::string(command), cause,
              "`genloss help " + std::string(command) + "` shows how it is used");
}

}  // namespace genloss::orchestrator
