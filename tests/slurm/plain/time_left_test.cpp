#include "slurm/time_left.hpp"

#include <gtest/gtest.h>

#include <ctime>

#include "slurm/tool.hpp"
#include "tests/slurm/plain/fake_programs.hpp"

namespace genloss::slurm {
namespace {

using std::chrono::seconds;
using tests::FakePrograms;

const Allocation job_12{"12", 0, 0, 1};

}  // namespace

TEST(time_left, is_asked_of_squeue_for_this_job) {
  FakePrograms fakes;
  fakes.add("squeue", R"(echo "$*" >"$(dirname "$0")/words"; echo 1-00:00:30)");
  fakes.in_front_of_path();
  fakes.set("SLURM_JOB_END_TIME", "");
  EXPECT_EQ(time_left(job_12), seconds(86430));
  EXPECT_EQ(fakes.written("words"), "-h -j 12 -o %L\n");
}

TEST(time_left, comes_from_the_environment_where_slurm_writes_it) {
  FakePrograms fakes;
  fakes.add("squeue", "echo 9:00:00");
  fakes.in_front_of_path();
  fakes.set("SLURM_JOB_END_TIME", std::to_string(std::time(nullptr) + 500));
  const auto left = time_left(job_12);
  ASSERT_TRUE(left.has_value());
  EXPECT_NEAR(static_cast<double>(left->count()), 500, 2);
}

TEST(time_left, is_nothing_when_it_cannot_be_known) {
  FakePrograms fakes;
  fakes.set("SLURM_JOB_END_TIME", "");
  fakes.in_front_of_path();
  for (const char* squeue : {"echo UNLIMITED", "echo INVALID", "echo NOT_SET", "echo", "echo 1:00; exit 1",
                             "echo 'slurm_load_jobs error: Unable to contact' >&2; exit 1"}) {
    fakes.add("squeue", squeue);
    EXPECT_FALSE(time_left(job_12).has_value()) << squeue;
  }
  fakes.set("PATH", "/nowhere");
  EXPECT_FALSE(time_left(job_12).has_value()) << "no squeue";
  EXPECT_FALSE(time_left({}).has_value()) << "outside Slurm";
}

TEST(time_left, does_not_wait_longer_than_it_may) {
  FakePrograms fakes;
  fakes.add("squeue", "exec sleep 30");
  fakes.in_front_of_path();
  fakes.set("SLURM_JOB_END_TIME", "");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(time_left(job_12, std::chrono::milliseconds(300)).has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(5));
}

TEST(slurm_tool, tells_exit_code_and_output_and_what_is_not_there) {
  const ToolOutcome failed = run_tool({"sh", "-c", "echo one; echo two >&2; exit 3"}, seconds(10));
  EXPECT_TRUE(failed.found);
  EXPECT_EQ(failed.exit_code, 3);
  EXPECT_EQ(failed.output, "one\ntwo");
  EXPECT_FALSE(failed.good());
  EXPECT_FALSE(run_tool({"there-is-no-such-program"}, seconds(10)).found);
}

}  // namespace genloss::slurm
