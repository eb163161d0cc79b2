#include "orchestrator/commands/command.hpp"
#include "orchestrator/submit/submission.hpp"

namespace genloss::orchestrator {

ExitCode submit_command(const Words& words, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  const SubmitRequest request = parse_submit(words);
  if (request.axes.empty()) {
    submit_single(request);
  } else {
    submit_sweep(request);
  }
  return ExitCode::done;
}

}  // namespace genloss::orchestrator
