// `genloss run` and `genloss submit` as programs, with a Slurm that only answers.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "storage/files/durable.hpp"
#include "storage/files/run_lock.hpp"
#include "tests/slurm/plain/fake_programs.hpp"

namespace genloss::tests {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> run_words(const std::string& runs) {
  return {"run", study("tiny.ini"), "--study.generations=2", "--runtime.runs=" + runs};
}

}  // namespace

TEST(run_in_an_allocation, begins_no_piece_of_work_that_does_not_fit_and_loses_nothing) {
  FakePrograms fakes;
  fakes.add("squeue", R"(echo called >>"$(dirname "$0")/calls"; echo 0:20)");
  const std::string runs = (fakes.scratch() / "runs").string();
  auto words = run_words(runs);
  words.push_back("--training.budget=8M tokens");
  const Outcome stopped = genloss(2, words, {{"PATH", fakes.path()}, {"SLURM_JOB_ID", "12"}});
  EXPECT_EQ(stopped.exit_code, 75) << stopped.output;
  EXPECT_NE(stopped.output.find("does not fit into the time left"), std::string::npos) << stopped.output;
  EXPECT_EQ(fakes.written("calls"), "called\n") << "rank 0 asks, once";
  const auto checkpoints = only_run(runs) / "generation-000" / "checkpoints";
  EXPECT_TRUE(fs::exists(checkpoints) && !fs::is_empty(checkpoints)) << "stopped in the middle of a training";
}

TEST(run_in_an_allocation, stops_between_shards) {
  FakePrograms fakes;
  // enough for everything but the samples, which would take minutes
  fakes.add("squeue", "echo 0:20");
  const std::string runs = (fakes.scratch() / "runs").string();
  auto words = run_words(runs);
  words.insert(words.end(), {"--sampling.samples=4M", "--sampling.shard_samples=10k", "--sampling.stop_at_end=no"});
  const Outcome stopped = genloss(1, words, {{"PATH", fakes.path()}, {"SLURM_JOB_ID", "12"}});
  EXPECT_EQ(stopped.exit_code, 75) << stopped.output;
  EXPECT_NE(stopped.output.find("shards, which are kept"), std::string::npos) << stopped.output;
  EXPECT_NE(stopped.output.find("does not fit into the time left"), std::string::npos) << stopped.output;
}

TEST(run_in_an_allocation, goes_on_without_an_answer) {
  FakePrograms fakes;
  fakes.add("squeue", "exit 1");
  const Outcome outcome =
      genloss(0, run_words((fakes.scratch() / "runs").string()), {{"PATH", fakes.path()}, {"SLURM_JOB_ID", "12"}});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(run_in_an_allocation, waits_for_a_predecessor_that_still_holds_the_directory) {
  FakePrograms fakes;
  fakes.add("squeue", "exit 1");
  const std::string runs = (fakes.scratch() / "runs").string();
  const Outcome first = genloss(0, run_words(runs));
  ASSERT_EQ(first.exit_code, 0) << first.output;
  auto held = std::make_unique<storage::RunLock>(only_run(runs));
  const Environment fresh{{"PATH", fakes.path()}, {"SLURM_JOB_ID", "12"}};
  EXPECT_EQ(genloss(0, run_words(runs), fresh).exit_code, 69) << "nobody to be waited for";
  Environment restarted = fresh;
  restarted["SLURM_RESTART_COUNT"] = "1";
  auto words = run_words(runs);
  words.push_back("--runtime.deadline_seconds=4");
  EXPECT_EQ(genloss(0, words, restarted).exit_code, 69) << "it waits, but not for ever";
  words.back() = "--runtime.deadline_seconds=60";
  std::thread predecessor([&] {
    std::this_thread::sleep_for(std::chrono::seconds(4));
    held.reset();
  });
  EXPECT_EQ(genloss(0, words, restarted).exit_code, 0);
  predecessor.join();
}

TEST(submit, refuses_what_run_would_refuse_and_submits_nothing) {
  FakePrograms fakes;
  fakes.add("sbatch", R"(touch "$(dirname "$0")/called"; echo 12)");
  const Environment environment{{"PATH", fakes.path()}};
  const std::string runs = "--runtime.runs=" + (fakes.scratch() / "runs").string();
  struct Case {
    std::vector<std::string> words;
    int code;
    const char* told;
  };
  const std::vector<Case> cases{
      {{"--sampling.temprature=2"}, 64, "did you mean 'sampling.temperature'"},
      {{"--nodes=0"}, 64, "--nodes"},
      {{"--time=4h"}, 64, "H:MM:SS"},
      {{"--set=policy.name=replace,nonsense"}, 64, "nonsense"},
      {{"--set=runtime.threads=1,2"}, 64, "one and the same run"},
      {{"--set=study.seed"}, 64, "--set section.key=v1,v2,v3"},
      {{"--runtime.device=cuda"}, 64, "--gpus-per-task"},
      {{"--setup=/no/such/file"}, 64, "/no/such/file"},
      {{"--data.source=/no/such/file"}, 65, "/no/such/file"},
      {{"--chain=2", "--set=study.seed=1,2"}, 64, "--chain"},
  };
  for (const auto& [more, code, told] : cases) {
    std::vector<std::string> words{"submit", study("tiny.ini"), runs};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = genloss(0, words, environment);
    EXPECT_EQ(outcome.exit_code, code) << more.front() << "\n" << outcome.output;
    EXPECT_NE(outcome.output.find(told), std::string::npos) << told << " in " << outcome.output;
  }
  EXPECT_FALSE(fs::exists(fakes.folder() / "called"));
  EXPECT_FALSE(fs::exists(fakes.scratch() / "runs")) << "nothing may have been written";
}

TEST(submit, says_what_is_missing_without_sbatch) {
  const Scratch scratch;
  const std::vector<std::string> words{"submit", study("tiny.ini"), "--runtime.runs=" + scratch.runs()};
  const Outcome outcome = genloss(0, words, {{"PATH", "/nowhere"}});
  EXPECT_EQ(outcome.exit_code, 69) << outcome.output;
  EXPECT_NE(outcome.output.find("no sbatch in PATH"), std::string::npos) << outcome.output;
  EXPECT_FALSE(fs::exists(scratch.runs()));
}

TEST(submit, chains_as_many_jobs_as_the_study_needs) {
  FakePrograms fakes;
  fakes.add("squeue", "exit 0");
  fakes.add("sbatch",
            R"([ "$1" = --version ] && exit; echo "$*" >>"$(dirname "$0")/calls"; wc -l <"$(dirname "$0")/calls")");
  const std::string runs = (fakes.scratch() / "runs").string();
  const Outcome outcome =
      genloss(0, {"submit", study("tiny.ini"), "--runtime.runs=" + runs, "--time=4:00:00", "--hours=9"},
              {{"PATH", fakes.path()}});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  const std::string calls = fakes.written("calls");
  EXPECT_EQ(std::count(calls.begin(), calls.end(), '\n'), 3) << calls;
  EXPECT_NE(calls.find("--dependency=afterany:2 "), std::string::npos) << calls;
  EXPECT_NE(outcome.output.find("job 1, 2, 3 (a chain"), std::string::npos) << outcome.output;
}

}  // namespace genloss::tests
