#include <cstdio>
#include <filesystem>

#include "orchestrator/commands/command.hpp"
#include "storage/human/r_database.hpp"

namespace genloss::orchestrator {
namespace {

ExitCode import_command_body(const Words& given, const comms::World& world) {
  Words words = given;
  const bool keep_lines = take_flag(words, "--keep-lines");
  const std::string from = take_option(words, "--from"), to = take_option(words, "--to");
  const std::string what = only_word(words, "import", "what to import: austen");
  if (what != "austen") {
    throw Error(ExitCode::usage, "import", what, "this form is not known", "`genloss help import` lists what is");
  }
  if (from.empty() || to.empty()) {
    throw Error(ExitCode::usage, "import", what, "--from DIR and --to DIR are needed",
                "DIR of --from holds Rdata.rdx and Rdata.rdb");
  }
  if (world.rank() != 0) return ExitCode::done;
  storage::extract_r_character_vectors(from, to,
                                       keep_lines ? storage::PrintedLines::kept : storage::PrintedLines::joined);
  std::printf("%s\n", std::filesystem::absolute(to).c_str());
  return ExitCode::done;
}

}  // namespace

const Command import_command{
    "import", "austen --from DIR --to DIR [--keep-lines]", "make text files out of other forms",
    R"(austen: Jane Austen's six novels out of the Debian package r-cran-janeaustenr; DIR holds Rdata.rdx and Rdata.rdb.
They are printed in lines of some 70 characters. The lines of a paragraph are joined, because a byte-level tokenizer has two
tokens for a word, with a space before it and without, and would take the word at a line's begin for another one.
--keep-lines leaves them as they are.)",
    import_command_body};

}  // namespace genloss::orchestrator
