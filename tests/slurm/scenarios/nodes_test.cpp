// Nodes that crash or are cut off.

#include <algorithm>

#include "tests/slurm/scenarios/study_jobs.hpp"

namespace genloss::tests {

using Nodes = Scenario;

TEST_F(Nodes, that_crash_cost_a_requeue_and_nothing_else) {
  Cluster& cluster = Cluster::running();
  const std::string job = submitted_job(submit(scratch.runs(), {"--nodes=2", "--time=5"}));
  ASSERT_TRUE(trains_until(only_run(scratch.runs()), 300));
  const auto nodes = job_nodes(job);
  ASSERT_EQ(nodes.size(), 2u);
  cluster.kill_node(nodes.front());  // the batch script dies too
  expect_undisturbed_digests(job);
  EXPECT_GE(job_restarts(job), 1);
  cluster.boot_node(nodes.front());
}

TEST_F(Nodes, that_are_cut_off_and_go_on_do_no_harm) {
  Cluster& cluster = Cluster::running();
  const std::string job = submitted_job(submit(scratch.runs(), {"--nodes=1", "--time=5"}, "2500k tokens"));
  const auto run = only_run(scratch.runs());
  ASSERT_TRUE(trains_until(run, 300));
  const std::string node = job_nodes(job).front();
  cluster.cut_off_node(node);
  ASSERT_TRUE(comes_true([&] { return job_restarts(job) > 0 && job_state(job) == "RUNNING"; }, 60)) << job_state(job);
  expect_undisturbed_digests(job, "2500k tokens");
  cluster.boot_node(node);
}

// The last one here: behind it, slurmctld 22.05 was seen to count a processor of another node as taken for ever.
TEST_F(Nodes, that_crash_under_an_elastic_job_leave_the_others_at_work) {
  Cluster& cluster = Cluster::running();
  const std::string job = submitted_job(submit(scratch.runs(), {"--nodes=3", "--time=5", "--elastic"}));
  const auto run = only_run(scratch.runs());
  ASSERT_TRUE(trains_until(run, 300));
  const auto nodes = job_nodes(job);
  ASSERT_EQ(nodes.size(), 3u);
  cluster.kill_node(nodes.back());
  expect_undisturbed_digests(job);
  EXPECT_EQ(job_restarts(job), 0) << "the allocation was to be kept\n" << job_logs(run);
  EXPECT_NE(job_logs(run).find("attempt 0.1: 2 nodes, 2 ranks"), std::string::npos) << job_logs(run);
  cluster.boot_node(nodes.back());
}

}  // namespace genloss::tests
