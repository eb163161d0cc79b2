#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"

namespace genloss {

using namespace tests;  // NOLINT

TEST(doctor, finds_two_ranks_of_one_host_well) {
  const Scratch scratch;
  const Outcome outcome = genloss(2, {"doctor", "--json", "--runtime.runs=" + scratch.runs()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  const auto findings = nlohmann::json::parse(outcome.output);
  std::map<std::string, std::string> texts;
  for (const auto& finding : findings) {
    EXPECT_NE(finding.at("grade"), "failed") << finding;
    EXPECT_EQ(finding.at("grade") == "ok", finding.at("fix").get<std::string>().empty()) << finding;
    texts[finding.at("topic")] += finding.at("text").get<std::string>() + "\n";
  }
  for (const char* told : {"LibTorch", "HDF5", "Open MPI"})
    EXPECT_NE(texts["versions"].find(told), std::string::npos) << texts["versions"];
  EXPECT_NE(texts["hosts"].find("2 ranks on 1 host"), std::string::npos) << texts["hosts"];
  EXPECT_NE(texts["hosts"].find("ranks 0, 1"), std::string::npos) << texts["hosts"];
  EXPECT_NE(texts["processors"].find("GFLOP/s"), std::string::npos) << texts["processors"];
  EXPECT_NE(texts["network"].find("us for 8 bytes"), std::string::npos) << texts["network"];
  EXPECT_NE(texts["disk"].find("lock of a run directory holds"), std::string::npos) << texts["disk"];
  EXPECT_FALSE(std::filesystem::exists(scratch.runs())) << "the doctor leaves nothing behind";
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

TEST(doctor, measures_each_pair_of_hosts) {
  const Scratch scratch;
  const Outcome outcome = genloss_over_hosts(3, {"doctor", "--runtime.runs=" + scratch.runs()});
  if (outcome.exit_code == 77) GTEST_SKIP() << outcome.output;
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  for (const char* pair : {"h1 - h2: ", "h1 - h3: ", "h2 - h3: ", "slowest pair", "6 ranks on 3 hosts", "tcp"})
    EXPECT_NE(outcome.output.find(pair), std::string::npos) << pair << "\n" << outcome.output;
}

TEST(doctor, names_a_folder_that_cannot_be_written) {
  const Scratch scratch;
  const Outcome outcome = genloss(0, {"doctor", "--runtime.runs=/proc/self/runs"});
  EXPECT_EQ(outcome.exit_code, 69) << outcome.output;
  EXPECT_NE(outcome.output.find("failed   disk        cannot write in /proc/"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("fix: "), std::string::npos) << outcome.output;
}

TEST(doctor, tells_ranks_that_do_not_find_each_other) {
  const Outcome outcome = genloss(0, {"doctor"}, {{"SLURM_JOB_ID", "7"}, {"SLURM_NTASKS", "4"}});
  EXPECT_EQ(outcome.exit_code, 69) << outcome.output;
  EXPECT_NE(outcome.output.find("failed   allocation"), std::string::npos) << outcome.output;
}

}  // namespace genloss
