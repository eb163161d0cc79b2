#include "orchestrator/attempt/restart_limit.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "jobs/error.hpp"
#include "storage/files/journal.hpp"
#include "tests/support/program.hpp"

namespace genloss::orchestrator {
namespace {

namespace fs = std::filesystem;

struct SomeRun {
  tests::Scratch scratch;
  RunPaths run{scratch.path() / "run"};
  SomeRun() { fs::create_directories(run.root); }
  void enter(int generation, const char* state) {
    storage::Journal(run.journal()).append({{"generation", generation}, {"state", state}});
  }
};

}  // namespace

TEST(restart_limit, ends_a_job_that_does_not_move) {
  SomeRun some;
  some.enter(0, "TRAINING");
  EXPECT_EQ(count_start(some.run, "12", 2).stalled, 0) << "the first start is no restart";
  EXPECT_EQ(count_start(some.run, "12", 2).stalled, 1);
  EXPECT_EQ(count_start(some.run, "12", 2).stalled, 2);
  try {
    (void)count_start(some.run, "12", 2);
    FAIL() << "the limit was not kept";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::missing_resource);
    const std::string told = error.what();
    for (const char* word : {"no progress", "3 restarts", "generation 0 TRAINING", "--max-stalled-restarts"}) {
      EXPECT_NE(told.find(word), std::string::npos) << told;
    }
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(restart_limit, counts_starts_that_never_got_to_the_run_itself) {
  const tests::Scratch scratch;
  const RunPaths run{scratch.path() / "not-there-yet"};
  EXPECT_EQ(count_start(run, "12", 1).stalled, 0);
  EXPECT_EQ(count_start(run, "12", 1).stalled, 1);
  EXPECT_THROW((void)count_start(run, "12", 1), Error);
}

TEST(restart_limit, begins_anew_with_every_sign_of_progress) {
  SomeRun some;
  some.enter(0, "TRAINING");
  (void)count_start(some.run, "12", 1);
  EXPECT_EQ(count_start(some.run, "12", 1).stalled, 1);
  fs::create_directories(some.run.generation(0).checkpoints() / "step-000020");
  EXPECT_EQ(count_start(some.run, "12", 1).stalled, 0) << "a checkpoint";
  fs::create_directories(some.run.generation(0).checkpoints() / "step-000040.partial-job-12");
  EXPECT_EQ(count_start(some.run, "12", 1).stalled, 1) << "an unsealed checkpoint is none";
  fs::create_directories(some.run.generation(0).checkpoints() / "step-000040");
  EXPECT_EQ(count_start(some.run, "12", 1).stalled, 0) << "the next checkpoint";
  some.enter(0, "SAMPLING");
  EXPECT_EQ(count_start(some.run, "12", 1).stalled, 0) << "the next state";
  fs::create_directories(some.run.generation(0).corpus() / "shards" / "00");
  std::ofstream(some.run.generation(0).corpus() / "shards" / "00" / "000000.h5") << "x";
  EXPECT_EQ(count_start(some.run, "12", 1).stalled, 0) << "a shard";
  EXPECT_EQ(count_start(some.run, "12", 1).stalled, 1);
}

TEST(restart_limit, remembers_that_a_job_has_moved) {
  SomeRun some;
  EXPECT_FALSE(count_start(some.run, "12", 9).moved_before);
  EXPECT_FALSE(count_start(some.run, "12", 9).moved_before);
  some.enter(0, "TRAINING");
  EXPECT_TRUE(count_start(some.run, "12", 9).moved_before);
  EXPECT_TRUE(count_start(some.run, "12", 9).moved_before) << "also when it stands still since";
  EXPECT_FALSE(count_start(some.run, "13", 9).moved_before) << "another job";
}

TEST(restart_limit, begins_anew_with_another_job) {
  SomeRun some;
  (void)count_start(some.run, "12", 0);
  EXPECT_THROW((void)count_start(some.run, "12", 0), Error);
  EXPECT_EQ(count_start(some.run, "13", 0).stalled, 0);
}

TEST(restart_limit, is_not_stopped_by_a_damaged_count) {
  SomeRun some;
  (void)count_start(some.run, "12", 0);
  std::ofstream(some.run.batch() / "restarts.json") << "{ torn";
  EXPECT_EQ(count_start(some.run, "12", 0).stalled, 0);
}

}  // namespace genloss::orchestrator
