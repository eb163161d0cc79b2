#pragma once
// Sub-commands of `genloss`: one file each.

#include <span>
#include <string_view>

#include "comms/world.hpp"
#include "jobs/error.hpp"
#include "orchestrator/commands/words.hpp"

namespace genloss::orchestrator {

/// One sub-command. Every one is called with the words behind its name and returns the exit code.
struct Command {
  std::string_view name;
  std::string_view arguments;  ///< "STUDY.ini [--section.key=value ...]"
  std::string_view summary;    ///< one line
  std::string_view details;    ///< paragraph(s) for `genloss help NAME`
  ExitCode (*run)(const Words& words, const comms::World& world);
};

extern const Command run_command;
extern const Command plan_command;
extern const Command doctor_command;
extern const Command status_command;
extern const Command verify_command;
extern const Command repair_command;
extern const Command show_command;
extern const Command compare_command;
extern const Command gc_command;
extern const Command submit_command;
extern const Command job_command;
extern const Command help_command;

/// All of them, in the order of help.
[[nodiscard]] std::span<const Command* const> commands();

}  // namespace genloss::orchestrator
