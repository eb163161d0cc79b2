#include "orchestrator/submit/candidate.hpp"

#include <algorithm>
#include <ctime>

#include "jobs/chains.hpp"
#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/attempt/preflight.hpp"
#include "orchestrator/directory/run_directory.hpp"
#include "orchestrator/directory/state.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator {
namespace {

constexpr std::time_t unknown = -1;

/// "2026-11-23T12:00:00Z" in seconds since 1970, or `unknown`.
std::time_t seconds_of(const std::string& utc) {
  std::tm parts{};
  const char* end = ::strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0') return unknown;
  return ::timegm(&parts);
}

/// Generations that all of so many chains have finished.
int finished_generations(const std::vector<nlohmann::json>& journal, std::size_t chains) {
  int generations = 0;
  for (const auto& line : journal) {
    if (line.value("event", "") != "finished" || line.value("chains", std::size_t{1}) < chains) continue;
    generations = std::max(generations, line.value("generations", 0));
  }
  return generations;
}

void check_gpus(const jobs::StudySpec& spec, const slurm::Resources& wanted) {
  if (spec.runtime.device == jobs::DeviceKind::cuda && wanted.gpus_per_task == 0) {
    throw Error(ExitCode::usage, "submit", "with runtime.device = cuda", "no GPU is asked for",
                "--gpus-per-task 1: a rank uses one GPU");
  }
}

}  // namespace

std::optional<double> expected_hours(const std::vector<nlohmann::json>& journal, int generations) {
  double seconds = 0;
  int measured = 0, complete = 0;
  std::time_t begun = unknown;
  for (const auto& line : journal) {
    if (line.value("event", "") == "started") begun = unknown;
    const auto state = state_from(line.value("state", ""));
    if (!state) continue;
    if (*state == State::planned) begun = seconds_of(line.value("time", ""));
    if (*state != State::scored) continue;
    complete = std::max(complete, line.value("generation", 0) + 1);
    const std::time_t end = seconds_of(line.value("time", ""));
    if (begun != unknown && end != unknown) {
      seconds += static_cast<double>(end - begun);
      ++measured;
    }
    begun = unknown;
  }
  if (measured == 0) return std::nullopt;
  return seconds / measured * std::max(0, generations - complete) / 3600;
}

Candidate check_candidate(const SubmitRequest& request, const std::vector<std::string>& point) {
  Candidate candidate;
  std::vector<std::string> words = request.overrides;
  words.insert(words.end(), point.begin(), point.end());
  candidate.spec = jobs::read_study(request.study, words);
  check_gpus(candidate.spec, request.resources);
  const auto family = workers::make_family(candidate.spec);
  check_before_start(candidate.spec, *family, request.resources.tasks());
  candidate.study = study_digest(candidate.spec, *family);
  candidate.run = run_paths(candidate.spec, candidate.study);
  if (!std::filesystem::exists(candidate.run.journal())) return candidate;
  const auto journal = storage::Journal::read(candidate.run.journal());
  candidate.finished =
      finished_generations(journal, jobs::chains_of(candidate.spec).size()) >= candidate.spec.study.generations;
  candidate.pace = pace_of(journal);
  candidate.hours_left = expected_hours(journal, candidate.spec.study.generations);
  return candidate;
}

}  // namespace genloss::orchestrator
