#include "orchestrator/repair/repair.hpp"

#include <cstdio>

#include "orchestrator/commands/command.hpp"

namespace genloss::orchestrator {
namespace {

ExitCode repair_command_body(const Words& given, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  Words words = given;
  const bool dry = take_flag(words, "--dry-run");
  int told = 0;
  const ExitCode code = repair(only_word(words, "repair", "a run directory"), dry, [&](const std::string& line) {
    ++told;
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  });
  if (told == 0) std::printf("nothing to repair; `genloss verify` checks every byte\n");
  return code;
}

}  // namespace

const Command repair_command{
    "repair", "RUN [--dry-run]", "rebuild a journal and links from what lies in the folders",
    R"(The folders of a run hold all truth. From them it rebuilds lines of the journal that are lost or garbled (the
journal as it was is kept in logs/), links to artefacts that the store still has, numerics.json, human.json, the
checksum of study.ini, and sweeps what dead attempts left half-written. It never touches an artefact: what is damaged
itself is named by `genloss verify`. Refuses a run that a living job uses (69). --dry-run only says what would be done.
Exits 0, or 65 if something cannot be repaired.)",
    repair_command_body};

}  // namespace genloss::orchestrator
