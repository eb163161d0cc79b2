#include "orchestrator/submit/request.hpp"

#include <algorithm>

#include "jobs/error.hpp"
#include "jobs/option_values.hpp"
#include "orchestrator/commands/command.hpp"
#include "slurm/duration.hpp"

namespace genloss::orchestrator {
namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& cause, const std::string& hint) {
  throw Error(ExitCode::usage, "submit", "with " + option, cause, hint);
}

/// A whole number from `least` up, or `otherwise` if the option is not there.
int take_number(Words& words, std::string_view option, int least, int otherwise) {
  const std::string text = take_option(words, option);
  if (text.empty()) return otherwise;
  std::int64_t value = -1;
  try {
    value = jobs::read_integer(text);
  } catch (const std::invalid_argument&) {
    value = -1;
  }
  constexpr int most = 1'000'000;
  if (value < least || value > most) {
    refuse(std::string(option), "'" + text + "' is not a whole number from " + std::to_string(least) + " up",
           std::string(option) + "=" + std::to_string(std::max(least, 1)));
  }
  return static_cast<int>(value);
}

std::chrono::seconds take_time(Words& words) {
  const std::string text = take_option(words, "--time");
  if (text.empty()) return std::chrono::seconds(0);
  const auto time = slurm::parse_duration(text);
  if (!time || time->count() == 0) {
    refuse("--time", "'" + text + "' is not a time",
           "as sbatch takes it: minutes, H:MM:SS, D-HH:MM:SS, e.g. --time 4:00:00");
  }
  return *time;
}

std::optional<double> take_hours(Words& words) {
  const std::string text = take_option(words, "--hours");
  if (text.empty()) return std::nullopt;
  try {
    if (const double hours = jobs::read_number(text); hours > 0) return hours;
  } catch (const std::invalid_argument&) {
  }
  refuse("--hours", "'" + text + "' is not a number of hours", "e.g. --hours 36");
}

std::filesystem::path take_setup(Words& words) {
  const std::string text = take_option(words, "--setup");
  if (text.empty()) return {};
  if (!std::filesystem::is_regular_file(text)) {
    refuse("--setup", "there is no file " + text,
           "a shell file that the job sources first, e.g. with `module load` lines");
  }
  return std::filesystem::absolute(text);
}

std::vector<std::string> take_all(Words& words, std::string_view option) {
  std::vector<std::string> values;
  for (std::string value = take_option(words, option); !value.empty(); value = take_option(words, option)) {
    values.push_back(std::move(value));
  }
  return values;
}

slurm::Resources take_resources(Words& words) {
  slurm::Resources wanted;
  wanted.nodes = take_number(words, "--nodes", 1, 1);
  wanted.tasks_per_node = take_number(words, "--tasks-per-node", 1, 1);
  wanted.gpus_per_task = take_number(words, "--gpus-per-task", 0, 0);
  wanted.time = take_time(words);
  wanted.partition = take_option(words, "--partition");
  wanted.account = take_option(words, "--account");
  wanted.qos = take_option(words, "--qos");
  wanted.extra = take_all(words, "--sbatch");
  for (const auto& option : wanted.extra) {
    if (option.rfind("--", 0) != 0 || option.find('\n') != std::string::npos) {
      refuse("--sbatch", "'" + option + "' is not an option of sbatch", "e.g. --sbatch=--constraint=a100");
    }
  }
  return wanted;
}

std::filesystem::path take_study(Words& words) {
  const auto study =
      std::find_if(words.begin(), words.end(), [](const auto& word) { return word.rfind("--", 0) != 0; });
  if (study == words.end()) {
    throw Error(ExitCode::usage, "run", "genloss submit", "give a study file",
                "e.g. `genloss submit jobs/tiny.ini --nodes 2 --time 1:00:00`; `genloss help submit` tells more");
  }
  std::filesystem::path file = *study;
  words.erase(study);
  return file;
}

}  // namespace

SubmitRequest parse_submit(std::vector<std::string> words) {
  SubmitRequest request;
  request.dry_run = take_flag(words, "--dry-run");
  request.elastic = take_flag(words, "--elastic");
  request.resources = take_resources(words);
  request.setup = take_setup(words);
  request.hours = take_hours(words);
  if (const int links = take_number(words, "--chain", 1, 0); links > 0) request.chain = links;
  request.at_once = take_number(words, "--at-once", 1, 0);
  request.max_stalled_restarts = take_number(words, "--max-stalled-restarts", 0, request.max_stalled_restarts);
  for (const auto& text : take_all(words, "--set")) request.axes.push_back(parse_axis(text));
  (void)grid(request.axes);
  if (request.chain.value_or(1) > 1 && !request.axes.empty()) {
    refuse("--chain", "the points of a sweep have no chains", "each point queues itself again until it is done");
  }
  request.study = take_study(words);
  request.overrides = std::move(words);
  return request;
}

}  // namespace genloss::orchestrator
