#pragma once
// Sub-commands of `genloss`: one file each.

#include <string>
#include <string_view>
#include <vector>

#include "comms/world.hpp"
#include "jobs/error.hpp"

namespace genloss::orchestrator {

using Words = std::vector<std::string>;

/// One sub-command. Every one is called with the words behind its name and returns the exit code.
struct Command {
  std::string_view name;
  std::string_view arguments;  ///< "STUDY.ini [--section.key=value ...]"
  std::string_view summary;    ///< one line
  std::string_view details;    ///< paragraph(s) for `genloss help NAME`
  ExitCode (*run)(const Words& words, const comms::World& world);
};
[[nodiscard]] const std::vector<Command>& commands();

ExitCode run_command(const Words& words, const comms::World& world);
ExitCode plan_command(const Words& words, const comms::World& world);
ExitCode doctor_command(const Words& words, const comms::World& world);
ExitCode status_command(const Words& words, const comms::World& world);
ExitCode verify_command(const Words& words, const comms::World& world);
ExitCode compare_command(const Words& words, const comms::World& world);
ExitCode submit_command(const Words& words, const comms::World& world);
ExitCode restarts_command(const Words& words, const comms::World& world);
ExitCode import_command(const Words& words, const comms::World& world);
ExitCode help_command(const Words& words, const comms::World& world);

/// Takes `--flag` out of `words`; true if it was there.
[[nodiscard]] bool take_flag(Words& words, std::string_view flag);
/// Takes `--option VALUE` or `--option=VALUE` out of `words`; empty if it was not there. @throws Error(usage) without a
/// value
[[nodiscard]] std::string take_option(Words& words, std::string_view option);
/// The only word left. @throws Error(usage) naming what is missing or too much
[[nodiscard]] std::string only_word(const Words& words, std::string_view command, std::string_view what);

/// Name and version, as `genloss --version` prints it.
inline constexpr std::string_view version_text = "genloss 0.1.0";

}  // namespace genloss::orchestrator
