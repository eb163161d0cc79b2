// Jobs in a real Slurm: whatever happens to them, the digests are those of an undisturbed run on one node.

#include "tests/slurm/scenarios/study_jobs.hpp"

namespace genloss::tests {

using Jobs = Scenario;

TEST_F(Jobs, submitted_to_three_nodes_finish) {
  const std::string job = submitted_job(submit(scratch.runs(), {"--nodes=3", "--time=5"}));
  expect_undisturbed_digests(job);
  const Outcome again = submit(scratch.runs(), {"--nodes=3", "--time=5"});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_NE(again.output.find("finished already"), std::string::npos) << again.output;
}

TEST_F(Jobs, save_before_their_time_is_over_and_queue_themselves_again) {
  const std::string job = submitted_job(submit(scratch.runs(), {"--nodes=2", "--time=1"}, long_budget()));
  expect_undisturbed_digests(job, long_budget());
  EXPECT_GE(job_restarts(job), 1) << "the time limit never came into play\n" << job_logs(only_run(scratch.runs()));
}

TEST_F(Jobs, are_pre_empted_and_come_back) {
  const std::string job = submitted_job(submit(scratch.runs(), {"--nodes=3", "--time=5", "--partition=low"}));
  ASSERT_TRUE(trains_until(only_run(scratch.runs()), 300));
  const Outcome stronger = shell("sbatch --wait -p high -N 3 --exclusive -o /dev/null --wrap \"sleep 1\"", 60);
  EXPECT_EQ(stronger.exit_code, 0) << stronger.output;
  expect_undisturbed_digests(job);
  EXPECT_EQ(job_restarts(job), 1);
  EXPECT_NE(job_logs(only_run(scratch.runs())).find("state saved"), std::string::npos)
      << "pre-emption gives time to save";
}

TEST_F(Jobs, that_are_cancelled_save_do_not_come_back_and_can_be_submitted_again) {
  const std::string job = submitted_job(submit(scratch.runs(), {"--nodes=2", "--time=5"}));
  const auto run = only_run(scratch.runs());
  ASSERT_TRUE(trains_until(run, 300));
  const Outcome twice = submit(scratch.runs(), {"--nodes=2", "--time=5"});
  EXPECT_NE(twice.output.find("already queued as job " + job), std::string::npos) << twice.output;
  EXPECT_EQ(shell("scancel " + job, 20).exit_code, 0);
  ASSERT_TRUE(job_ends(job));
  EXPECT_EQ(job_state(job), "CANCELLED");
  EXPECT_NE(job_logs(run).find("state saved"), std::string::npos) << job_logs(run);
  expect_undisturbed_digests(submitted_job(submit(scratch.runs(), {"--nodes=1", "--tasks-per-node=2", "--time=5"})));
}

TEST_F(Jobs, that_crash_come_back_and_go_on) {
  const std::string job = submitted_job(submit(scratch.runs(), {"--nodes=2", "--time=5"}));
  const auto run = only_run(scratch.runs());
  ASSERT_TRUE(trains_until(run, 300));
  const Outcome killed = shell("pkill -KILL -n -f -- 'genlos[s] run " + run.string() + "'", 20);  // one rank
  EXPECT_EQ(killed.exit_code, 0) << killed.output;
  expect_undisturbed_digests(job);
  EXPECT_EQ(job_restarts(job), 1) << job_logs(run);
  EXPECT_NE(job_logs(run).find("queued again: exit code 137 (signal 9), after progress"), std::string::npos)
      << job_logs(run);
}

TEST_F(Jobs, with_gpus_ask_for_them) {
  const std::string job = submitted_job(submit(scratch.runs(), {"--gpus-per-task=2", "--nodes=1", "--time=5"}));
  EXPECT_NE(shell("scontrol show job " + job, 20).output.find("gres:gpu:2"), std::string::npos);
  EXPECT_EQ(shell("scancel " + job, 20).exit_code, 0);
  EXPECT_TRUE(job_ends(job));
}

TEST_F(Jobs, that_slurm_refuses_are_told_in_its_words) {
  const Outcome refused =
      submit(scratch.runs(), {"--nodes=9", "--tasks-per-node=1", "--training.lanes=8", "--partition=nowhere"});
  EXPECT_NE(refused.exit_code, 0);
  const Outcome other = submit(scratch.runs(), {"--nodes=1", "--partition=nowhere"});
  EXPECT_EQ(other.exit_code, 69) << other.output;
  EXPECT_NE(other.output.find("invalid partition"), std::string::npos) << other.output;
}

TEST_F(Jobs, started_with_another_mpi_are_refused_with_the_fix) {
  std::string command = "srun --mpi=none -n 2 " + std::string(GENLOSS_BINARY_DIR) + "/genloss run";
  for (const auto& word : study_words(scratch.runs())) command += " \"" + word + "\"";
  const Outcome outcome = shell(command, 60);
  EXPECT_EQ(outcome.exit_code, 69) << outcome.output;
  for (const char* told : {"2 tasks", "1 rank", "--mpi=pmix", "hint: "}) {
    EXPECT_NE(outcome.output.find(told), std::string::npos) << told << " in " << outcome.output;
  }
  EXPECT_FALSE(std::filesystem::exists(scratch.runs())) << "nothing may have been made";
}

}  // namespace genloss::tests
