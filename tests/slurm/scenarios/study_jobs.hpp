#pragma once
// The study of the scenarios, and what an undisturbed run of it on one node gives.

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "tests/slurm/scenarios/cluster.hpp"

namespace genloss::tests {

/// Seconds of work; the steps are small and many, so that signals and crashes meet it in the middle.
inline const std::string short_budget = "300k tokens";
inline std::vector<std::string> study_words(const std::string& runs, const std::string& budget = short_budget) {
  return {study("tiny.ini"), "--study.generations=2", "--training.budget=" + budget, "--runtime.checkpoint_steps=200",
          "--runtime.runs=" + runs};
}

/// Digests of the same study, made once for each budget, by one rank without any batch system.
inline const std::map<std::string, std::string>& undisturbed(const std::string& budget = short_budget) {
  static std::map<std::string, std::map<std::string, std::string>> known;
  if (const auto found = known.find(budget); found != known.end()) return found->second;
  const Scratch scratch;
  std::vector<std::string> words = study_words(scratch.runs(), budget);
  words.insert(words.begin(), "run");
  const Outcome outcome = genloss(0, words);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  return known[budget] = verified_digests(only_run(scratch.runs()));
}

/// Of twenty seconds for each of the two generations, on this machine as it is now: more than a job of a minute, which
/// is warned half a minute before its end, has.
inline const std::string& long_budget() {
  static const std::string budget = [] {
    const Scratch scratch;
    std::vector<std::string> words = study_words(scratch.runs());
    words.insert(words.begin(), "run");
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(genloss(0, words).exit_code, 0);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const double short_tokens = 2 * 300;  // thousands
    return std::to_string(std::lround(20 * short_tokens / seconds)) + "k tokens";
  }();
  return budget;
}

/// `genloss submit` of that study. @param more further words
inline Outcome submit(const std::string& runs, const std::vector<std::string>& more,
                      const std::string& budget = short_budget) {
  std::vector<std::string> words = study_words(runs, budget);
  words.insert(words.begin(), "submit");
  words.insert(words.end(), more.begin(), more.end());
  return genloss::tests::genloss(0, words);
}

class Scenario : public testing::Test {
 protected:
  void SetUp() override {
    if (!Cluster::missing().empty()) {
      GTEST_SKIP() << "no real Slurm here: " << Cluster::missing() << " (see tests/slurm/cluster)";
    }
    (void)Cluster::running();
  }
  void TearDown() override {
    if (!Cluster::missing().empty()) return;
    (void)shell("scancel --me", 20);
    EXPECT_TRUE(comes_true([] { return shell("squeue -h --me", 20).output.empty(); }, 60)) << "jobs are left";
  }
  /// The job has come to its end, and the bytes are those of the undisturbed run.
  void expect_undisturbed_digests(const std::string& job, const std::string& budget = short_budget) const {
    const auto run = only_run(scratch.runs());
    ASSERT_TRUE(job_ends(job, 400)) << job_state(job) << "\n" << job_logs(run);
    ASSERT_EQ(job_state(job), "COMPLETED") << job_logs(run);
    EXPECT_EQ(verified_digests(run), undisturbed(budget));
    std::string left_over;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(run)) {
      if (entry.path().string().find(".partial-") != std::string::npos) left_over = entry.path();
    }
    EXPECT_EQ(left_over, "");
  }
  Scratch scratch;
};

}  // namespace genloss::tests
