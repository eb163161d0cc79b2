#include <cstdio>
#include <filesystem>

#include "jobs/study_file.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/directory/measures_file.hpp"
#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/report/comparison.hpp"
#include "orchestrator/report/table.hpp"
#include "workers/family.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// Measures of all generations that are complete, and the columns of the run's family.
RunMeasures read_run(const RunPaths& run) {
  if (!fs::exists(run.study())) {
    throw Error(ExitCode::bad_data, "compare", run.root.string(), "this is not a run directory",
                "give directories that `genloss run` printed");
  }
  RunMeasures measures{run.root.filename().string(), {}, jobs::read_study(run.study()).measures.confidence};
  for (int n = 0; fs::exists(run.generation(n).measures()); ++n) {
    const MeasuresFile file = read_measures(run.generation(n).measures());
    if (!file.corpus) break;
    if (n == 0) measures.measured.human = file.of_human;
    measures.measured.generations.push_back(file.all());
  }
  return measures;
}

ExitCode compare_command_body(const Words& words, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  if (words.size() < 2) {
    throw Error(ExitCode::usage, "run", "genloss compare", "give at least two run directories",
                "`genloss help compare` shows how it is used");
  }
  std::vector<RunMeasures> runs;
  for (const auto& word : words) runs.push_back(read_run({fs::canonical(word)}));
  const auto family = jobs::read_study(fs::path(words.front()) / "study.ini").study.family;
  const auto& records = workers::records_of(family);
  for (const auto& run : runs) std::printf("%s\n%s\n\n", run.name.c_str(), rows(records, run.measured).c_str());
  std::printf("%s\n\n", legend(records).substr(1).c_str());
  std::printf("%s\n", comparison(records, runs).c_str());
  return ExitCode::done;
}

}  // namespace

const Command compare_command{
    "compare", "RUN RUN [RUN ...]", "the tables of several runs, side by side",
    R"(Prints the table of each run, the effect of each run on every measure, side by side with intervals, and the profile
of every generation.)",
    compare_command_body};

}  // namespace genloss::orchestrator
