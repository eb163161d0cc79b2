// genloss: the command line.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "comms/world.hpp"
#include "orchestrator/attempt/allocation_end.hpp"
#include "orchestrator/attempt/program.hpp"
#include "orchestrator/attempt/signals.hpp"
#include "orchestrator/commands/command.hpp"
#include "slurm/allocation.hpp"

namespace {

using namespace genloss;  // NOLINT: the program itself
using orchestrator::Words;

ExitCode dispatch(Words words, const comms::World& world) {
  if (words.empty() || words.front() == "--help" || words.front() == "-h")
    return orchestrator::help_command.run({}, world);
  if (words.front() == "--version") {
    if (world.rank() == 0) {
      std::printf("%s, commit %s\n", orchestrator::version_text.data(), orchestrator::program_commit().data());
    }
    return ExitCode::done;
  }
  const std::string name = words.front();
  words.erase(words.begin());
  for (const auto* command : orchestrator::commands()) {
    if (command->name != name) continue;
    if (orchestrator::take_flag(words, "--help") || orchestrator::take_flag(words, "-h")) {
      return orchestrator::help_command.run({name}, world);
    }
    return command->run(words, world);
  }
  throw Error(ExitCode::usage, "run", "genloss " + name, "there is no such command",
              "`genloss help` lists the commands");
}

/// What to do about an error that brings no hint of its own.
std::string_view general_hint(ExitCode code) {
  switch (code) {
    case ExitCode::usage:
      return "`genloss help` shows the commands, `genloss help options` the options";
    case ExitCode::bad_data:
      return "restore what is named from a copy; what genloss made itself may be removed and is made again by the same "
             "command (`genloss verify RUN` shows what else is damaged)";
    case ExitCode::missing_resource:
      return "docs/install.md lists what genloss needs";
    case ExitCode::input_output:
      return "check space and permissions, then run the same command again: sealed work is kept";
    default:
      return "this is a defect or a lost rank: the logs of all ranks are in RUN/logs; sealed work is kept";
  }
}

void tell(const comms::ToldError& told, const comms::World& world) {
  const Error& error = told.error;
  std::string text = "genloss: error: " + error.operation() + " " + error.object() + ": " + error.cause();
  if (world.size() > 1) {
    text += " [rank " + std::to_string(told.rank) + " of " + std::to_string(world.size()) + " on " + told.host;
    if (told.others > 0) text += " and " + std::to_string(told.others) + (told.others == 1 ? " other" : " others");
    text += "]";
  }
  text += "\n  hint: " + (error.hint().empty() ? std::string(general_hint(error.code())) : error.hint());
  std::fprintf(stderr, "%s\n", text.c_str());
}

/// One rank tells for all; if the others do not come to the same end, they are waiting for this rank somewhere, and the
/// job has to be ended for them.
int fail(const std::exception_ptr& exception, const comms::World& world) {
  constexpr auto quiet = std::chrono::seconds(4);
  const comms::Farewell farewell = world.say_farewell(exception, quiet);
  for (const auto& told : farewell.tell) tell(told, world);
  if (farewell.untold > 0) {
    std::fprintf(stderr, "genloss: %d further ranks failed in other ways: see RUN/logs\n", farewell.untold);
  }
  if (!farewell.together) world.abort(farewell.code);
  return farewell.code;
}

}  // namespace

int main(int argc, char** argv) {
  orchestrator::install_stop_signals();
  const std::string_view command = argc > 1 ? argv[1] : "";
  const bool runs = command == "run";
  if (runs || command == "doctor") orchestrator::ask_allocation_end();
  int code = static_cast<int>(ExitCode::internal);
  {
    const comms::World world(argc, argv);
    try {
      // Other commands work alone, also in the shell of a batch job that asked for many tasks; the doctor says itself
      // what is wrong.
      if (const auto allocation = slurm::current_allocation(); runs || (allocation.step && command != "doctor")) {
        slurm::check_world_size(allocation, world.size());
      }
      code = static_cast<int>(dispatch(Words(argv + 1, argv + argc), world));
    } catch (...) {
      code = fail(std::current_exception(), world);
    }
  }
  return code;
}
