#include "slurm/allocation.hpp"

#include <gtest/gtest.h>

#include "jobs/error.hpp"
#include "tests/slurm/plain/fake_programs.hpp"

namespace genloss::slurm {
namespace {

/// The environment of one start and nothing else of Slurm's.
Allocation seen(const std::map<std::string, std::string>& environment) {
  tests::FakePrograms fakes;
  for (const char* name : {"SLURM_JOB_ID", "SLURM_RESTART_COUNT", "SLURM_STEP_ID", "SLURM_STEP_NUM_TASKS",
                           "SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE"}) {
    const auto given = environment.find(name);
    fakes.set(name, given == environment.end() ? "" : given->second);
  }
  return current_allocation();
}

}  // namespace

TEST(allocation, is_empty_outside_slurm) {
  const Allocation none = seen({});
  EXPECT_TRUE(none.job.empty());
  EXPECT_FALSE(none.tasks.has_value());
  EXPECT_FALSE(none.has_predecessors());
  EXPECT_NO_THROW(check_world_size(none, 5));
}

TEST(allocation, counts_the_tasks_of_the_step_not_of_the_job) {
  const Allocation step =
      seen({{"SLURM_JOB_ID", "7"}, {"SLURM_STEP_ID", "2"}, {"SLURM_STEP_NUM_TASKS", "4"}, {"SLURM_NTASKS", "6"}});
  EXPECT_EQ(step.tasks, 4);
  EXPECT_NO_THROW(check_world_size(step, 4));
  try {
    check_world_size(step, 1);
    FAIL() << "four singletons were not noticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::missing_resource);
    EXPECT_NE(error.hint().find("--mpi=pmix"), std::string::npos) << error.hint();
  }
}

TEST(allocation, leaves_counting_to_mpirun_under_mpirun) {
  EXPECT_FALSE(seen({{"SLURM_JOB_ID", "7"}, {"SLURM_NTASKS", "6"}, {"OMPI_COMM_WORLD_SIZE", "3"}}).tasks.has_value());
}

TEST(allocation, knows_that_an_earlier_start_may_still_be_there) {
  EXPECT_FALSE(seen({{"SLURM_JOB_ID", "7"}, {"SLURM_STEP_ID", "0"}}).has_predecessors());
  EXPECT_TRUE(seen({{"SLURM_JOB_ID", "7"}, {"SLURM_STEP_ID", "1"}}).has_predecessors());
  EXPECT_TRUE(seen({{"SLURM_JOB_ID", "7"}, {"SLURM_RESTART_COUNT", "1"}}).has_predecessors());
}

TEST(attempt_name, differs_between_requeues_and_between_steps_of_one_job) {
  const std::string first = attempt_name({"7", 0, 0, 4}), second = attempt_name({"7", 0, 1, 4}),
                    requeued = attempt_name({"7", 1, 0, 4});
  EXPECT_EQ(first, "job-7-restart-0-step-0");
  EXPECT_NE(first, second);
  EXPECT_NE(first, requeued);
  EXPECT_NE(second, requeued);
}

}  // namespace genloss::slurm
