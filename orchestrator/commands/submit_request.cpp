#include "orchestrator/commands/submit_request.hpp"

#include <algorithm>

#include "jobs/error.hpp"
#include "slurm/duration.hpp"

namespace genloss::orchestrator {
namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& cause, const std::string& hint) {
  throw Error(ExitCode::usage, "submit", "with " + option, cause, hint);
}

/// A whole number from `least` up, or `otherwise` if the option is not there.
int take_int(Words& words, std::string_view option, std::uint64_t least, int otherwise) {
  const auto value = take_whole_number(words, option, least, 1'000'000);
  return value ? static_cast<int>(*value) : otherwise;
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
  wanted.nodes = take_int(words, "--nodes", 1, 1);
  wanted.tasks_per_node = take_int(words, "--tasks-per-node", 1, 1);
  wanted.gpus_per_task = take_int(words, "--gpus-per-task", 0, 0);
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

}  // namespace

SubmitRequest parse_submit(Words words) {
  SubmitRequest request;
  request.dry_run = take_flag(words, "--dry-run");
  request.elastic = take_flag(words, "--elastic");
  request.resources = take_resources(words);
  request.setup = take_setup(words);
  request.hours = take_number(words, "--hours", "hours");
  if (const int links = take_int(words, "--chain", 1, 0); links > 0) request.chain = links;
  request.at_once = take_int(words, "--at-once", 1, 0);
  request.max_stalled_restarts = take_int(words, "--max-stalled-restarts", 0, request.max_stalled_restarts);
  for (const auto& text : take_all(words, "--set")) request.axes.push_back(parse_axis(text));
  (void)grid(request.axes);
  if (request.chain.value_or(1) > 1 && !request.axes.empty()) {
    refuse("--chain", "the points of a sweep have no chains", "each point queues itself again until it is done");
  }
  request.study = take_study(words, "submit", "--nodes 2 --time 1:00:00");
  request.overrides = std::move(words);
  return request;
}

}  // namespace genloss::orchestrator
