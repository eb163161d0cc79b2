#include <algorithm>
#include <cstdio>

#include "jobs/study_file.hpp"
#include "orchestrator/attempt/numerics.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/plan/study_plan.hpp"

namespace genloss::orchestrator {
namespace {

int take_count(Words& words, std::string_view option, int otherwise) {
  constexpr std::uint64_t most = 1'000'000;
  const auto count = take_whole_number(words, option, 1, most);
  return count ? static_cast<int>(*count) : otherwise;
}

ExitCode plan_command_body(const Words& given, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  Words words = given;
  const bool json = take_flag(words, "--json");
  plan::PlanQuestion question;
  const int ranks = std::max(take_count(words, "-n", 0), take_count(words, "--ranks", 0));
  question.ranks = ranks > 0 ? ranks : world.size();
  question.ranks_per_node = take_count(words, "--gpus-per-node", 0);
  constexpr double gigabyte = 1e9;
  question.memory_per_node =
      static_cast<std::uint64_t>(gigabyte * take_number(words, "--memory-per-node", "GB").value_or(0));
  question.rates.training = take_number(words, "--tokens-per-second-train", "tokens per second");
  question.rates.sampling = take_number(words, "--tokens-per-second-sample", "tokens per second");
  const std::string file = take_study(words, "plan", "-n 4");
  const jobs::StudySpec spec = jobs::read_study(file, words);
  use_instructions_like({}, spec.runtime.instructions);
  const plan::StudyPlan planned = plan::plan_study(spec, question);
  if (json) {
    std::printf("%s\n", to_json(planned).dump(2).c_str());
  } else {
    std::fputs(to_text(planned).c_str(), stdout);
  }
  return planned.exit_code();
}

}  // namespace

const Command plan_command{
    "plan", "STUDY.ini -n N [--section.key=value ...]", "what a study needs on N ranks: disk, memory, time",
    R"(Prints, per generation and in all: shards, samples, values, bytes on disk, files, steps, FLOPs, bytes sent, hours;
the memory of a rank by part; and what would go wrong, as lines `ok`, `warning`, `failed` with the fix. N may be
thousands: mixes, grants and sums over lanes are those of a real run, over ranks that are pretended. Writes nothing.
  -n N                          ranks
  --gpus-per-node G             ranks on a node: adds nodes, and memory of a node
  --memory-per-node M           GB; without it, what this machine has
  --tokens-per-second-train R   of one rank; without it, a short measurement on this machine
  --tokens-per-second-sample R  of one rank; likewise
  --json                        one JSON object, for scripts
Sample lengths are not known beforehand: corpora not yet drawn count with full length. What lies in the run
directory already counts as it is. A study of several chains is planned arm by arm, of each the first chain, on a group
of the ranks; then its whole graph, granted to the groups as `run` does it: disk, with what is shared once, and time. Exits 64 or 65 if
the study cannot run like this (more GPUs than lanes, a quota that cannot be met), else 0; lines about disk, memory and
time speak of this machine and leave it 0.)",
    plan_command_body};

}  // namespace genloss::orchestrator
