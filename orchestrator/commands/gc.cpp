#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "jobs/numbers.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/report/run_status.hpp"
#include "orchestrator/retention/collection.hpp"
#include "orchestrator/store/store.hpp"
#include "storage/files/run_lock.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

std::optional<jobs::Keep> take_keep(Words& words) {
  const std::string text = take_option(words, "--keep");
  if (text.empty()) return std::nullopt;
  if (text == "all") return jobs::Keep::all;
  if (text == "mixes") return jobs::Keep::mixes;
  if (text == "measures") return jobs::Keep::measures;
  throw Error(ExitCode::usage, "read", "--keep", "'" + text + "' is none of all, mixes, measures",
              "`genloss help options` tells of runtime.keep");
}

std::string size_text(const Freed& size) { return bytes_text(size.bytes); }

std::vector<fs::path> runs_below(const fs::path& folder) {
  std::vector<fs::path> runs;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (is_run(entry.path())) runs.push_back(entry.path());
  }
  std::sort(runs.begin(), runs.end());
  return runs;
}

/// Every run that nobody uses, and the store.
Freed collect_all(const fs::path& folder, const Collection& collection) {
  Freed freed;
  for (const fs::path& run : runs_below(folder)) {
    try {
      freed += collect_run(run, collection);
    } catch (const storage::DirectoryInUse& used) {
      std::printf("%s: left as it is: %s\n", run.filename().c_str(), used.cause().c_str());
    }
  }
  freed += collect_store(folder, collection);
  return freed;
}

ExitCode gc_command_body(const Words& given, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  Words words = given;
  Collection collection;
  collection.dry_run = take_flag(words, "--dry-run");
  collection.keep = take_keep(words);
  collection.tell = [](const std::string& what, const Freed& size) {
    std::printf("%s, %s\n", what.c_str(), size_text(size).c_str());
    std::fflush(stdout);
  };
  const fs::path where = only_word(words, "gc", "a run directory or a folder of runs");
  if (!is_run(where) && !fs::is_directory(where / store_folder)) {
    throw Error(ExitCode::bad_data, "gc", where.string(), "it is neither a run directory nor a folder of runs",
                "give the directory that `genloss run` printed, or the folder it lies in (runtime.runs)");
  }
  const Freed freed = is_run(where) ? collect_run(where, collection) : collect_all(where, collection);
  std::printf("%s %s in %llu files\n", collection.dry_run ? "would free" : "freed", size_text(freed).c_str(),
              static_cast<unsigned long long>(freed.files));
  return ExitCode::done;
}

}  // namespace

const Command gc_command{
    "gc", "RUN | RUNS [--keep=all|mixes|measures] [--dry-run]", "drop what is not needed any more, and clear the store",
    R"(Of a run: drops the models and corpora that runtime.keep of its study (or --keep) does not keep and that nothing
left to be made needs. They stay described: `genloss verify` prints DROPPED for them, and a start of the run that needs
one makes it again and compares. What another run links to stays in the store.
Of a folder of runs: the same for each run that no living job uses; then removes from the store what no run links to
any more (runs that were deleted), and left-over work of attempts whose claims are expired. Work that an interrupted run
would go on from stays.
  --keep=KEEP   in place of what the study says, this time
  --dry-run     only prints what would go
Prints a line for each thing and its bytes. Exits 69 for a run that a living job uses.)",
    gc_command_body};

}  // namespace genloss::orchestrator
