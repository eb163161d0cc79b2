// Arrays, chains, and jobs that get nowhere.

#include <cstdlib>
#include <fstream>

#include "tests/slurm/scenarios/study_jobs.hpp"

namespace genloss::tests {

namespace fs = std::filesystem;

using Sweeps = Scenario;
using Chains = Scenario;
using Restarts = Scenario;

namespace {

std::vector<fs::path> run_directories(const std::string& runs) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(runs)) {
    if (fs::exists(entry.path() / "study.ini")) found.push_back(entry.path());
  }
  return found;
}

}  // namespace

TEST_F(Sweeps, go_on_past_a_failing_point_and_take_up_what_is_left) {
  const std::vector<std::string> words{"--time=5", "--set=study.seed=1,2", "--set=policy.name=replace,accumulate"};
  const std::string budget = "20k tokens";
  const Outcome dry = submit(scratch.runs(), {"--dry-run", words[0], words[1], words[2]}, budget);
  ASSERT_EQ(dry.exit_code, 0) << dry.output;
  EXPECT_NE(dry.output.find("#SBATCH --array=0-3"), std::string::npos) << dry.output;
  EXPECT_FALSE(fs::exists(scratch.runs())) << "a dry run writes nothing";

  // Point 2's directory has been taken by something that is no run.
  const auto at = dry.output.find("study.seed=2 policy.name=replace  ");
  ASSERT_NE(at, std::string::npos) << dry.output;
  const auto begin = dry.output.rfind('/', dry.output.find('\n', at)) + 1;
  const fs::path taken = fs::path(scratch.runs()) / dry.output.substr(begin, dry.output.find('\n', at) - begin);
  fs::create_directories(taken);
  std::ofstream(taken / "notes.txt") << "mine\n";

  const std::string job = submitted_job(submit(scratch.runs(), words, budget));
  for (const char* element : {"0", "1", "2", "3"}) EXPECT_TRUE(job_ends(job + "_" + element, 120));
  for (const char* element : {"0", "1", "3"}) EXPECT_EQ(job_state(job + "_" + element), "COMPLETED") << element;
  EXPECT_EQ(job_state(job + "_2"), "FAILED");

  fs::remove(taken / "notes.txt");
  const Outcome again = submit(scratch.runs(), words, budget);
  EXPECT_NE(again.output.find("an array of 1 points"), std::string::npos) << again.output;
  const std::string second = submitted_job(again);
  EXPECT_TRUE(job_ends(second + "_2"));
  EXPECT_EQ(job_state(second + "_2"), "COMPLETED");
  EXPECT_NE(submit(scratch.runs(), words, budget).output.find("nothing to submit"), std::string::npos);

  const auto runs = run_directories(scratch.runs());
  EXPECT_EQ(runs.size(), 4u);
  const Scratch alone;
  std::vector<std::string> lonely = study_words(alone.runs(), budget);
  lonely.insert(lonely.begin(), "run");
  lonely.insert(lonely.end(), {"--study.seed=2", "--policy.name=replace"});
  ASSERT_EQ(genloss::tests::genloss(0, lonely).exit_code, 0);
  EXPECT_EQ(verified_digests(taken), verified_digests(only_run(alone.runs())));
}

TEST_F(Chains, end_with_the_link_that_finishes) {
  const Outcome submission = submit(scratch.runs(), {"--nodes=1", "--time=5", "--chain=3"});
  const std::string first = submitted_job(submission);
  const int number = std::atoi(first.c_str());
  expect_undisturbed_digests(first);
  for (const int link : {number + 1, number + 2}) {
    EXPECT_TRUE(job_ends(std::to_string(link)));
    EXPECT_EQ(job_state(std::to_string(link)), "CANCELLED") << "it is not needed any more";
  }
}

TEST_F(Restarts, without_progress_come_to_an_end) {
  // A run that asks to stop whenever it gets to this place.
  ::setenv("GENLOSS_FAULT", "stop@0:MIXED", 1);
  const Outcome submission = submit(scratch.runs(), {"--nodes=1", "--time=5", "--max-stalled-restarts=0"});
  ::unsetenv("GENLOSS_FAULT");
  const std::string job = submitted_job(submission);
  ASSERT_TRUE(job_ends(job)) << job_state(job);
  EXPECT_EQ(job_state(job), "FAILED");
  const std::string logs = job_logs(only_run(scratch.runs()));
  EXPECT_NE(logs.find("no progress in 1 attempt (--max-stalled-restarts: 0)"), std::string::npos) << logs;
  EXPECT_EQ(job_restarts(job), 1) << "the first attempt got somewhere, the second did not";
  expect_undisturbed_digests(submitted_job(submit(scratch.runs(), {"--nodes=1", "--time=5"})));
}

}  // namespace genloss::tests
