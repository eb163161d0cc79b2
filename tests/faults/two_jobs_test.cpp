// Two jobs that need the same artefacts at the same time, on one store.

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "tests/faults/campaign.hpp"

namespace genloss {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

namespace {

/// The command of a job on the store of `runs`; the study's name is in no recipe.
std::string job(const std::string& runs, const std::string& name) {
  return program() + " run " + study("tiny.ini") + " --study.generations=2 --training.budget='60k tokens' " +
         "--runtime.checkpoint_steps=10 --study.name=" + name + " --runtime.runs=" + runs;
}

/// Kinds and recipes of the store; every entry has to be a sealed artefact.
std::vector<std::string> stored(const std::string& runs) {
  std::vector<std::string> names;
  for (const auto& kind : fs::directory_iterator(fs::path(runs) / ".store")) {
    for (const auto& artefact : fs::directory_iterator(kind)) {
      const std::string recipe = artefact.path().filename().string();
      EXPECT_EQ(recipe.find('.'), std::string::npos) << "left over: " << artefact.path();
      names.push_back(kind.path().filename().string() + "/" + recipe);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

fs::path run_called(const std::string& runs, const std::string& name) {
  for (const fs::path& run : all_runs(runs)) {
    if (run.filename().string().rfind(name + "-", 0) == 0) return run;
  }
  return {};
}

}  // namespace

TEST(two_jobs, make_each_artefact_once) {
  const Scratch scratch;
  const std::string runs = scratch.runs();
  const Outcome both = shell("(" + job(runs, "a") + " > " + runs + ".a & " + job(runs, "b") + " > " + runs +
                             ".b & wait); cat " + runs + ".a " + runs + ".b");
  ASSERT_EQ(both.exit_code, 0) << both.output;
  const auto a = verified_digests(run_called(runs, "a")), b = verified_digests(run_called(runs, "b"));
  EXPECT_EQ(a, b);
  const std::regex done("training: [0-9]+ steps");
  const auto trained =
      std::distance(std::sregex_iterator(both.output.begin(), both.output.end(), done), std::sregex_iterator());
  EXPECT_EQ(trained, 2) << "two generations, each trained by one of the two\n" << both.output;
  (void)stored(runs);
}

TEST(two_jobs, lose_nothing_when_one_of_them_is_killed) {
  const Scratch scratch;
  const std::string alone = scratch.runs("alone");
  ASSERT_EQ(shell(job(alone, "a")).exit_code, 0);
  const auto expected = verified_digests(only_run(alone));
  const auto all = stored(alone);
  CampaignTally tally("of two jobs on one store", campaign_size(3));
  for (int number = 0; tally.wants_more(); ++number) {
    const std::string runs = scratch.runs("run-" + std::to_string(number));
    std::string instants;
    for (int i = 0; i < 3; ++i)
      instants += " " + std::to_string(tally.uniform(0.05, tally.one_of(1, 4) == 1 ? 2.5 : 1.2));
    const std::string told = tally.where() + " after" + instants + " s";
    // b begins first, so that it holds claims when it dies; a has to notice that its heart stands still. b comes back
    // while a works, and dies again.
    const Outcome both = shell("for i in" + instants + "; do timeout -s KILL $i " + job(runs, "b") +
                               " > /dev/null 2>&1; [ $? = 137 ] && echo b KILLED; done & sleep 0.03; " +
                               job(runs, "a") + " 2>&1; code=$?; wait; exit $code");
    for (auto at = both.output.find("b KILLED"); at != std::string::npos; at = both.output.find("b KILLED", at + 1)) {
      tally.killed();
    }
    ASSERT_EQ(both.exit_code, 0) << told << "\n" << both.output;
    const bool first = verified_digests(run_called(runs, "a")) == expected;
    ASSERT_EQ(shell(job(runs, "b")).exit_code, 0) << told;
    const bool second = verified_digests(run_called(runs, "b")) == expected;
    const auto left = left_over(runs);
    tally.ended(first && second, left.size(), "killed after" + instants + " s");
    ASSERT_TRUE(first && second) << told;
    ASSERT_TRUE(left.empty()) << told << ": " << left.front();
    ASSERT_EQ(stored(runs), all) << told;
    std::filesystem::remove_all(runs);
  }
}

}  // namespace genloss
