#include <cstdio>

#include "jobs/study_file.hpp"
#include "orchestrator/commands/command.hpp"

namespace genloss::orchestrator {
namespace {

constexpr auto introduction =
    "genloss: a laboratory for recursive training and model collapse.\n\n"
    "A study is a chain of generations: a model learns from human text, writes a corpus, and the next model learns "
    "from\n"
    "that; every generation is measured on human text that no model has seen.\n\n";

constexpr auto closing =
    "\n`genloss help COMMAND` tells what a command takes.\n"
    "Exit codes: 0 done, 64 usage, 65 bad input data, 69 missing resource, 70 internal, 74 input/output,\n"
    "75 stopped on request with its state saved (run the same command again).\n"
    "First steps: genloss run jobs/tiny.ini; then genloss status and genloss verify on the run directory it prints.\n";

void print_overview() {
  std::printf("%susage: genloss COMMAND [ARGUMENTS]\n\n", introduction);
  for (const auto* command : commands()) {
    std::printf("  %-8.*s %.*s\n", static_cast<int>(command->name.size()), command->name.data(),
                static_cast<int>(command->summary.size()), command->summary.data());
  }
  std::printf("%s", closing);
}

void print_command(const Command& command) {
  std::printf("usage: genloss %s %s\n\n%s\n", std::string(command.name).c_str(), std::string(command.arguments).c_str(),
              std::string(command.details.empty() ? command.summary : command.details).c_str());
}

ExitCode help_command_body(const Words& given, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  Words words = given;
  if (words.empty()) {
    print_overview();
    return ExitCode::done;
  }
  if (words.front() == "options") {
    const bool markdown = take_flag(words, "--markdown");
    const std::string section = words.size() > 1 ? words[1] : "";
    const std::string text = markdown ? jobs::option_markdown() : jobs::option_help(section);
    if (text.empty()) {
      throw Error(ExitCode::usage, "show", "options of [" + section + "]", "there is no such section",
                  "`genloss help options` shows all");
    }
    std::fputs(text.c_str(), stdout);
    return ExitCode::done;
  }
  for (const auto* command : commands()) {
    if (command->name == words.front()) {
      print_command(*command);
      return ExitCode::done;
    }
  }
  throw Error(ExitCode::usage, "show help for", words.front(), "there is no such command", "`genloss help` lists them");
}

}  // namespace

const Command help_command{"help", "[COMMAND | options [SECTION] [--markdown]]",
                           "this text, a command's, or the options'", "", help_command_body};

}  // namespace genloss::orchestrator
