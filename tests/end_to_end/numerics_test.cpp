#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/program.hpp"

namespace genloss {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;
namespace {

/// What a process is to take its processor for: needs one with AVX2.
Environment processor(const std::string& best) { return {{"GENLOSS_INSTRUCTIONS", best}}; }

bool has_avx2() { return shell("grep -qw avx2 /proc/cpuinfo").exit_code == 0; }

std::vector<std::string> words(const Scratch& scratch, const std::string& runs, std::vector<std::string> more = {}) {
  std::vector<std::string> all{"run", study("tiny.ini"), "--study.generations=1", "--runtime.progress=none",
                               "--runtime.runs=" + scratch.runs(runs)};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Two ranks on processors of different kinds.
Outcome on_a_mixed_partition(const std::vector<std::string>& given) {
  std::string command =
      "exec " GENLOSS_SOURCE_DIR
      "/tests/with_ranks 2 sh -c \"case \\$OMPI_COMM_WORLD_RANK in 0) best=avx2;; *) best=baseline;; "
      "esac; export GENLOSS_INSTRUCTIONS=\\$best; exec \\\"\\$@\\\"\" sh " GENLOSS_BINARY_DIR "/genloss";
  for (const auto& word : given) command += " \"" + word + "\"";
  return shell(command);
}

}  // namespace

TEST(numerics, of_a_run_go_on_where_there_is_more_and_are_refused_where_there_is_less) {
  if (!has_avx2()) GTEST_SKIP() << "this processor has no AVX2";
  const Scratch scratch;
  ASSERT_EQ(genloss(0, words(scratch, "whole"), processor("baseline")).exit_code, 0);
  // begun without, cut off, gone on with a better processor: the bits are those of a run that was never disturbed
  auto fault = processor("baseline");
  fault["GENLOSS_FAULT"] = "kill@0:TRAINED";
  EXPECT_NE(genloss(0, words(scratch, "moved"), fault).exit_code, 0);
  const Outcome moved = genloss(2, words(scratch, "moved"), processor("avx2"));
  ASSERT_EQ(moved.exit_code, 0) << moved.output;
  EXPECT_NE(moved.output.find("numerics: baseline, glibc"), std::string::npos) << moved.output;
  EXPECT_EQ(verified_digests(only_run(scratch.runs("moved"))), verified_digests(only_run(scratch.runs("whole"))));
  // begun with, gone on without
  fault["GENLOSS_INSTRUCTIONS"] = "avx2";
  EXPECT_NE(genloss(0, words(scratch, "begun"), fault).exit_code, 0);
  const Outcome refused = genloss(0, words(scratch, "begun"), processor("baseline"));
  EXPECT_EQ(refused.exit_code, 69) << refused.output;
  EXPECT_NE(refused.output.find("begun with AVX2"), std::string::npos) << refused.output;
  EXPECT_NE(refused.output.find("--runtime.instructions=baseline"), std::string::npos) << refused.output;
  const Outcome other = genloss(0, words(scratch, "begun", {"--runtime.instructions=baseline"}));
  EXPECT_EQ(other.exit_code, 64) << other.output;
}

TEST(numerics, of_a_mixed_partition_are_refused_unless_all_can_run_what_is_asked_for) {
  if (!has_avx2()) GTEST_SKIP() << "this processor has no AVX2";
  const Scratch scratch;
  const Outcome mixed = on_a_mixed_partition(words(scratch, "mixed"));
  EXPECT_EQ(mixed.exit_code, 69) << mixed.output;
  EXPECT_NE(mixed.output.find("rank 1 (host "), std::string::npos) << mixed.output;
  EXPECT_NE(mixed.output.find("--runtime.instructions=baseline"), std::string::npos) << mixed.output;
  EXPECT_FALSE(fs::exists(only_run(scratch.runs("mixed")) / "numerics.json")) << "nothing is pinned by a refusal";
  const Outcome agreed = on_a_mixed_partition(words(scratch, "mixed", {"--runtime.instructions=baseline"}));
  ASSERT_EQ(agreed.exit_code, 0) << agreed.output;
  ASSERT_EQ(genloss(0, words(scratch, "alone"), processor("baseline")).exit_code, 0);
  EXPECT_EQ(verified_digests(only_run(scratch.runs("mixed"))), verified_digests(only_run(scratch.runs("alone"))));
}

TEST(numerics, of_other_instructions_are_another_recipe_so_nothing_is_adopted) {
  if (!has_avx2()) GTEST_SKIP() << "this processor has no AVX2";
  const Scratch scratch;
  const auto run = [&](const char* name, const char* instructions) {
    return genloss(0,
                   words(scratch, "runs",
                         {std::string("--study.name=") + name, std::string("--runtime.instructions=") + instructions}));
  };
  ASSERT_EQ(run("one", "avx2").exit_code, 0);
  const Outcome other = run("two", "baseline");
  ASSERT_EQ(other.exit_code, 0) << other.output;
  EXPECT_EQ(other.output.find("adopted"), std::string::npos) << other.output;
  const Outcome same = run("three", "avx2");
  ASSERT_EQ(same.exit_code, 0) << same.output;
  std::vector<std::map<std::string, std::string>> digests;
  for (const char* name : {"one", "two", "three"}) {
    for (const auto& entry : fs::directory_iterator(scratch.runs())) {
      if (entry.path().filename().string().starts_with(name)) digests.push_back(verified_digests(entry.path()));
    }
  }
  ASSERT_EQ(digests.size(), 3U);
  EXPECT_EQ(digests[0], digests[2]);
  EXPECT_NE(digests[0].at("generation 0 model"), digests[1].at("generation 0 model"));
  EXPECT_EQ(digests[0].at("generation 0 mix"), digests[1].at("generation 0 mix"));
}

}  // namespace genloss
