// Dispatch at a scale that no test machine has, by the code that serves real ranks.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "jobs/random.hpp"
#include "orchestrator/plan/simulated_pass.hpp"
#include "tests/test_world.hpp"

namespace genloss {
namespace {

using orchestrator::plan::simulate_pass;
using orchestrator::plan::SimulatedPass;
using orchestrator::plan::SimulatedRanks;
using orchestrator::plan::split_statically;
using orchestrator::plan::StaticSplit;

constexpr int ranks = 10'000;
constexpr std::uint64_t shards_per_rank = 100;  // a corpus of a million shards, each half a minute: under an hour
constexpr double shard_seconds = 30;

std::vector<double> log_normal(double sigma) {
  const jobs::CounterRandom random({7, jobs::Purpose::synthetic_load, 0});
  std::vector<double> seconds(ranks * shards_per_rank);
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    seconds[i] = shard_seconds * std::exp(sigma * random.normal(i, 0) - sigma * sigma / 2);
  }
  return seconds;
}

SimulatedRanks machine(std::vector<double> failures = {}) {
  SimulatedRanks pretended;
  pretended.ranks = ranks;
  pretended.latency = 50e-6;
  pretended.service = 10e-6;  // a coordinator at the 100,000 grants a second that is promised
  pretended.failures = std::move(failures);
  return pretended;
}

SimulatedPass play(const std::vector<double>& seconds, const SimulatedRanks& on) {
  return simulate_pass(
      seconds.size(), [&](std::uint64_t item) { return seconds[item]; }, on);
}

/// The makespan that no dispatch could better when the job is started again after every death: what was lost has to be
/// done again.
double ideal_with_restarts(const SimulatedPass& pass, const SimulatedRanks& on) {
  return pass.ideal + pass.lost / on.ranks + (pass.starts - 1) * on.restart;
}

class dispatch_at_10000_ranks : public testing::Test {
  void SetUp() override {
    if (tests::ranks().size() > 1) GTEST_SKIP() << "ranks are pretended: one process is enough";
  }
};

}  // namespace

TEST_F(dispatch_at_10000_ranks, balanced_shards_end_within_2_percent_of_the_ideal) {
  const SimulatedPass pass = play(log_normal(0.1), machine());
  EXPECT_LT(pass.makespan, 1.02 * pass.ideal);
  EXPECT_GE(pass.makespan, pass.ideal);
  EXPECT_LT(pass.worst_wait, 0.01 * pass.makespan);
}

TEST_F(dispatch_at_10000_ranks, heavy_tailed_shards_end_within_10_percent_of_the_ideal) {
  const auto seconds = log_normal(0.5);
  const SimulatedPass pass = play(seconds, machine());
  EXPECT_LT(pass.makespan, 1.10 * pass.ideal);
  EXPECT_LT(pass.worst_wait, 0.01 * pass.makespan);
  for (const auto split : {StaticSplit::blocks, StaticSplit::stride}) {
    const auto fixed = split_statically(
        seconds.size(), [&](std::uint64_t item) { return seconds[item]; }, machine(), split);
    EXPECT_LT(pass.makespan, 0.9 * fixed.makespan) << "grants have to be worth their messages";
    EXPECT_DOUBLE_EQ(fixed.work, pass.work);
  }
}

TEST_F(dispatch_at_10000_ranks, dead_ranks_cost_their_restart_and_what_was_in_progress) {
  const SimulatedRanks on = machine({700, 1900, 2500});
  const SimulatedPass pass = play(log_normal(0.1), on);
  EXPECT_EQ(pass.starts, 4);
  EXPECT_GT(pass.lost, 0);
  EXPECT_LT(pass.lost, 3.0 * ranks * shard_seconds) << "at most one shard per rank and death";
  EXPECT_LT(pass.makespan, 1.02 * ideal_with_restarts(pass, on));
  EXPECT_LT(pass.worst_wait, 0.01 * pass.makespan);
}

TEST_F(dispatch_at_10000_ranks, equal_shards_that_end_all_at_once_do_not_flood_the_coordinator) {
  const SimulatedPass pass = play(std::vector<double>(ranks * shards_per_rank, shard_seconds), machine());
  EXPECT_LT(pass.worst_wait, 0.01 * pass.makespan);
  EXPECT_LT(pass.makespan, 1.02 * pass.ideal);
}

TEST(simulated_pass, a_few_ranks_share_a_few_items_as_real_ones_would) {
  SimulatedRanks two;
  two.latency = two.service = 0;
  const auto one_second = [](std::uint64_t) { return 1.0; };
  EXPECT_DOUBLE_EQ(simulate_pass(10, one_second, two).makespan, 5) << "rank 0 works too";
  two.ranks = 9;
  EXPECT_DOUBLE_EQ(simulate_pass(9, one_second, two).makespan, 1) << "also of many";
  EXPECT_DOUBLE_EQ(simulate_pass(18, one_second, two).ideal, 2) << "the ideal knows of no coordinator";
  two.ranks = 1;
  EXPECT_DOUBLE_EQ(simulate_pass(3, one_second, two).makespan, 3);
  EXPECT_EQ(simulate_pass(0, one_second, two).makespan, 0);
}

}  // namespace genloss
