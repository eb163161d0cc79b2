#include <charconv>
#include <cstdio>

#include "orchestrator/attempt/restart_limit.hpp"
#include "orchestrator/commands/command.hpp"

namespace genloss::orchestrator {
namespace {

int limit_of(const std::string& text) {
  int limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit < 0) {
    throw Error(ExitCode::usage, "read", "--limit", "'" + text + "' is not a number of restarts", "e.g. --limit 3");
  }
  return limit;
}

ExitCode restarts_command_body(const Words& given, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  Words words = given;
  const std::string job = take_option(words, "--job"), limit = take_option(words, "--limit");
  const RunPaths run{only_word(words, "restarts", "a run directory")};
  if (job.empty()) throw Error(ExitCode::usage, "count", "a start", "--job is missing", "give the id of the batch job");
  const int stalled = count_start(run, job, limit_of(limit.empty() ? "3" : limit));
  if (stalled > 0) std::printf("restart %d without progress\n", stalled);
  return ExitCode::done;
}

}  // namespace

const Command restarts_command{
    "restarts", "RUN --job ID [--limit N]", "count a start of a batch job (called by submitted jobs)",
    R"(Counts this start in RUN/slurm/restarts.json. Exits 69 if more than N (default 3) restarts in a row of this job
have found the run where the start before had found it.)",
    restarts_command_body};

}  // namespace genloss::orchestrator
