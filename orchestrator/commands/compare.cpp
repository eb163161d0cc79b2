#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>

#include "jobs/study_file.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/directory/chain_folders.hpp"
#include "orchestrator/directory/measured_chain.hpp"
#include "orchestrator/report/comparison.hpp"
#include "orchestrator/report/pooled_comparison.hpp"
#include "orchestrator/report/table.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// The chains of a run, each with its measures of all generations that are complete.
std::vector<ChainMeasures> read_run(const fs::path& directory) {
  std::vector<ChainMeasures> chains;
  for (const RunPaths& chain : chains_of_run(directory)) {
    if (!fs::exists(chain.study())) continue;  // not begun
    const jobs::StudySpec spec = jobs::read_study(chain.study());
    const std::string run = chain.run().filename().string();
    chains.push_back({.run = run,
                      .arm = arm_of(chain),
                      .seed = spec.study.chain_seed(),
                      .several = !chain.chain.empty(),
                      .measured = measured_chain(chain, spec.study.generations),
                      .confidence = spec.measures.confidence});
  }
  return chains;
}

ExitCode compare_command_body(const Words& words, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  std::vector<ChainMeasures> chains;
  for (const auto& word : words) {
    auto more = read_run(word);
    std::move(more.begin(), more.end(), std::back_inserter(chains));
  }
  if (chains.size() < 2) {
    throw Error(ExitCode::usage, "run", "genloss compare",
                "give at least two run directories, or a run of several chains",
                "`genloss help compare` shows how it is used");
  }
  const auto family = jobs::read_study(chains_of_run(words.front()).front().study()).study.family;
  const auto& records = workers::family_type(family).records();
  const std::vector<ArmMeasures> arms = arms_of(chains);
  const bool pooled = arms.size() < chains.size();
  if (!pooled) {
    for (const auto& run : runs_of(chains))
      std::printf("%s\n%s\n\n", run.name.c_str(), rows(records, run.measured).c_str());
    std::printf("%s\n\n", legend(records).substr(1).c_str());
  }
  std::printf("%s\n", pooled ? pooled_comparison(records, arms).c_str() : comparison(records, runs_of(chains)).c_str());
  return ExitCode::done;
}

}  // namespace

const Command compare_command{
    "compare", "RUN [RUN ...]", "arms and seeds side by side",
    R"(Takes all chains of the runs. Of single chains it prints the table of each, and the effect of each on every measure,
side by side with intervals. Where an arm has several seeds they are pooled: the mean effect of each arm with its
interval between seeds, and the difference from the first arm, seed by seed.)",
    compare_command_body};

}  // namespace genloss::orchestrator
