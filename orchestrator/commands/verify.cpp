#include <cstdint>
#include <cstdio>
#include <random>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/verify/reproduction.hpp"
#include "orchestrator/verify/verification.hpp"

namespace genloss::orchestrator {
namespace {

std::uint64_t any_seed() {
  std::random_device device;  // printed, so that the draw can be repeated
  return device();
}

ExitCode verify_command_body(const Words& words_given, const comms::World& world) {
  Words words = words_given;
  const auto again = take_whole_number(words, "--reproduce", 1, UINT32_MAX);
  const auto seed = take_whole_number(words, "--random-seed", 0, INT64_MAX);
  const std::string given = only_word(words, "verify", "a run or an artefact of one");
  if (seed && !again) {
    throw Error(ExitCode::usage, "run", "genloss verify", "--random-seed draws what --reproduce N makes again",
                "give both, or neither");
  }
  const auto tell = [](const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  };
  const auto ranks = world.communicator({});
  const Verification verification = verify(*ranks, given, [&](const Finding& finding) { tell(finding.text()); });
  if (!again || verification.code != ExitCode::done) return verification.code;
  return reproduce(*ranks, verification, *again, seed ? *seed : any_seed(), tell);
}

}  // namespace

const Command verify_command{
    "verify", "RUN | ARTEFACT [--reproduce N [--random-seed S]]", "check every byte back to the human documents",
    R"(Reads every byte of a run: human documents, mixes, models, corpora, measures; recomputes their digests and
recipes, and that each names the others it was made from. One line per artefact; of a run of several chains it begins
with "arm A seed S". What is wrong is told apart file by file: DAMAGED, MISSING, EXTRA, UNREADABLE. Exits 0 if all
holds, 65 if not, 74 if the disk does not give a file.
Given RUN/ARM/seed-S: that chain. Given an artefact (RUN/generation-003/model, a mix, a corpus, a file in one, or a
folder in runs/.store): what it descends from, back to the human documents. Under mpirun or srun the reading is spread
over the ranks; the output is the same.
--reproduce N, if all holds, also makes N artefacts again, drawn at random (--random-seed S repeats a draw), each from
its parents as they lie in the run, beside it and on all ranks, and compares: `reproduced`, or `DIFFERS` and exit 70.
Artefacts whose parents were dropped by runtime.keep are left out, and counted. A machine that cannot compute as the run's did says so and exits 69.)",
    verify_command_body};

}  // namespace genloss::orchestrator
