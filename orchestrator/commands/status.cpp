#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "jobs/study_spec.hpp"
#include "orchestrator/attempt/signals.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/report/makers.hpp"
#include "orchestrator/report/status_text.hpp"

namespace genloss::orchestrator {
namespace {

struct View {
  std::string text;
  bool moving = false;  ///< some run is going on
};

View look(const std::filesystem::path& where, bool json) {
  if (is_run(where)) {
    const RunStatus status = status_of({where});
    return {json ? to_json(status).dump(2) : to_text(status), status.condition == Condition::running};
  }
  const auto statuses = statuses_below(where);
  View view;
  auto all = nlohmann::ordered_json::array();
  for (const RunStatus& status : statuses) {
    all.push_back(to_json(status));
    view.moving = view.moving || status.condition == Condition::running;
  }
  view.text = json ? all.dump(2) : statuses.empty() ? "no runs in " + where.string() : to_table(statuses);
  return view;
}

double seconds_from(const std::string& text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || !(seconds >= 0.1 && seconds <= 86'400)) {
    throw Error(ExitCode::usage, "read", "--every", "'" + text + "' is not a number of seconds between 0.1 and 86400");
  }
  return seconds;
}

/// Until nothing moves any more, or a signal comes.
void watch(const std::filesystem::path& where, bool json, double every) {
  const bool redraw = ::isatty(STDOUT_FILENO) == 1;
  while (true) {
    const View view = look(where, json);
    std::printf("%s%s\n", redraw ? "\033[H\033[2J" : "", view.text.c_str());
    std::fflush(stdout);
    if (!view.moving) return;
    const auto next = std::chrono::steady_clock::now() + std::chrono::duration<double>(every);
    while (std::chrono::steady_clock::now() < next) {
      if (stop_signal_received()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

ExitCode status_command_body(const Words& given, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  Words words = given;
  const bool json = take_flag(words, "--json");
  const bool made_by = take_flag(words, "--made-by");
  const bool watching = take_flag(words, "--watch");
  const std::string every = take_option(words, "--every");
  const std::filesystem::path where =
      words.empty() ? jobs::StudySpec{}.runtime.runs
                    : std::filesystem::path(only_word(words, "status", "a run directory or a folder of runs"));
  if (made_by) {
    std::printf("%s\n", (json ? makers_json({where}).dump(2) : makers_table({where})).c_str());
  } else if (watching || !every.empty()) {
    watch(where, json, every.empty() ? 2 : seconds_from(every));
  } else {
    std::printf("%s\n", look(where, json).text.c_str());
  }
  return ExitCode::done;
}

}  // namespace

const Command status_command{
    "status", "[RUN | FOLDER] [--watch] [--made-by] [--json]", "where a run is, or all runs of a folder",
    R"(Reads what the run keeps on disk, so it may be called while the run is going on, on this host or others.
Of a folder of runs (default: runs) it prints a line each. Conditions: running, finished, stopped (on request),
interrupted (killed; run it again), failed (with its error), damaged (the journal cannot be read).
--watch shows it again every two seconds (--every SECONDS) until nothing runs any more; --json is for scripts.
RUN --made-by: what made each artefact (program, machine, time, memory).)",
    status_command_body};

}  // namespace genloss::orchestrator
