#include <cstdio>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/report/run_status.hpp"

namespace genloss::orchestrator {

ExitCode status_command(const Words& given, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  Words words = given;
  const bool json = take_flag(words, "--json");
  const RunStatus status = status_of({only_word(words, "status", "a run directory")});
  std::printf("%s\n", json ? to_json(status).dump(2).c_str() : to_text(status).c_str());
  return ExitCode::done;
}

}  // namespace genloss::orchestrator
