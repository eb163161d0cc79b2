// Kills while artefacts are dropped, and jobs that drop what others use.

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <sstream>

#include "tests/support/program.hpp"

namespace genloss::dropping_jobs {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

std::string job(const std::string& runs, const std::string& name, const std::string& keep) {
  return program() + " run " + study("gaussian-replace.ini") +
         " --study.generations=3 --gaussian.replicates=200 --sampling.shard_samples=5 --study.name=" + name +
         " --runtime.keep=" + keep + " --runtime.runs=" + runs;
}

/// Digests of what is there and of what was dropped, as `verify` prints them.
std::map<std::string, std::string> digests(const fs::path& run) {
  const Outcome outcome = genloss(0, {"verify", run.string()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  std::map<std::string, std::string> found;
  std::istringstream lines(outcome.output);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find(" sha256:");
    if (at != std::string::npos) found[line.substr(0, at)] = line.substr(at + 1, 71);
  }
  return found;
}

fs::path run_called(const std::string& runs, const std::string& name) {
  for (const fs::path& run : all_runs(runs)) {
    if (run.filename().string().rfind(name + "-", 0) == 0) return run;
  }
  return {};
}

/// What lies in the store and is no whole artefact.
std::vector<std::string> left_over(const std::string& runs) {
  std::vector<std::string> left;
  for (const auto& kind : fs::directory_iterator(fs::path(runs) / ".store")) {
    for (const auto& entry : fs::directory_iterator(kind)) {
      const std::string name = entry.path().filename().string();
      if (name.find('.') != std::string::npos) left.push_back(entry.path().string());
    }
  }
  return left;
}
long large(const std::string& runs) {
  long count = 0;
  for (const char* kind : {"model", "corpus"}) {
    const fs::path folder = fs::path(runs) / ".store" / kind;
    count += std::distance(fs::directory_iterator(folder), fs::directory_iterator());
  }
  return count;
}

}  // namespace

TEST(dropping, killed_at_any_step_leaves_nothing_half) {
  const Scratch scratch;
  ASSERT_EQ(shell(job(scratch.runs("whole"), "a", "all")).exit_code, 0);
  const auto expected = digests(only_run(scratch.runs("whole")));
  int i = 0;
  const std::map<std::string, std::vector<std::string>> kills{
      {"1:DROPPING-corpus", {":described", ":linked", ":removed"}}, {"0:DROPPING-model", {":linked"}}};
  for (const auto& [what, steps] : kills) {
    for (const std::string& step : steps) {
      const std::string runs = scratch.runs(std::to_string(i++));
      const Outcome cut = shell("GENLOSS_FAULT=kill@" + what + step + " " + job(runs, "a", "measures"));
      EXPECT_NE(cut.exit_code, 0) << what << step << "\n" << cut.output;
      const Outcome resumed = shell(job(runs, "a", "measures"));
      ASSERT_EQ(resumed.exit_code, 0) << what << step << "\n" << resumed.output;
      EXPECT_EQ(digests(only_run(runs)), expected) << what << step;
      EXPECT_EQ(left_over(runs), std::vector<std::string>()) << what << step;
      EXPECT_EQ(large(runs), 0) << what << step;
    }
  }
}

TEST(dropping, by_several_jobs_of_one_store_costs_none_of_them_anything) {
  const Scratch scratch;
  ASSERT_EQ(shell(job(scratch.runs("whole"), "a", "all")).exit_code, 0);
  const auto expected = digests(only_run(scratch.runs("whole")));
  const auto seed = std::random_device()();
  std::mt19937 random(seed);
  for (int i = 0; i < 2; ++i) {
    const std::string runs = scratch.runs(std::to_string(i)), told = "seed " + std::to_string(seed);
    // The same three studies at about the same time; one of them is killed.
    std::string all = "(";
    for (const std::string name : {"a", "b", "c"}) {
      const std::string later = std::to_string(std::uniform_real_distribution<>(0, 0.4)(random));
      const std::string cut = std::to_string(std::uniform_real_distribution<>(0.3, 1.5)(random));
      all += "(sleep " + later + "; " + (name == "c" ? "timeout -s KILL " + cut + " " : "") +
             job(runs, name, name == "b" && i % 2 == 0 ? "mixes" : "measures") + " > " + runs + "." + name +
             " 2>&1; echo " + name + " ended $?) & ";
    }
    const Outcome jobs = shell(all + "wait) 2>/dev/null; cat " + runs + ".[ab]");
    EXPECT_NE(jobs.output.find("a ended 0"), std::string::npos) << told << jobs.output;
    EXPECT_NE(jobs.output.find("b ended 0"), std::string::npos) << told << jobs.output;
    const Outcome last = shell(job(runs, "c", "measures"));
    ASSERT_EQ(last.exit_code, 0) << told << last.output;
    for (const std::string name : {"a", "b", "c"}) EXPECT_EQ(digests(run_called(runs, name)), expected) << told;
    ASSERT_EQ(shell(program() + " gc " + runs + " --keep=measures").exit_code, 0);
    EXPECT_EQ(left_over(runs), std::vector<std::string>()) << told;
    EXPECT_EQ(large(runs), 0) << told;
  }
}

}  // namespace genloss::dropping_jobs
