#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"

namespace genloss {

using namespace tests;  // NOLINT

TEST(status, tells_people_and_scripts_where_a_run_is) {
  const Scratch scratch;
  const std::vector<std::string> words{"run", study("tiny.ini"), "--study.generations=2", "--sampling.samples=640",
                                       "--runtime.runs=" + scratch.runs()};
  EXPECT_NE(genloss(2, words, {{"GENLOSS_FAULT", "kill@1:SAMPLING:shard-1"}}).exit_code, 0);
  const std::string run = only_run(scratch.runs()).string();
  const Outcome stopped = genloss(0, {"status", run, "--json"});
  ASSERT_EQ(stopped.exit_code, 0) << stopped.output;
  auto json = nlohmann::json::parse(stopped.output);
  EXPECT_EQ(json.at("generation"), 1);
  EXPECT_EQ(json.at("state"), "SAMPLING");
  EXPECT_EQ(json.at("condition"), "interrupted");
  EXPECT_EQ(json.at("ranks"), 2);
  EXPECT_EQ(json.at("progress").at("total"), 40);
  EXPECT_GE(json.at("progress").at("done"), 1);
  EXPECT_LE(json.at("progress").at("done"), 40);
  EXPECT_EQ(genloss(0, words).exit_code, 0);
  json = nlohmann::json::parse(genloss(0, {"status", run, "--json"}).output);
  EXPECT_EQ(json.at("condition"), "finished");
  EXPECT_EQ(json.at("attempts"), 2);
  EXPECT_NE(genloss(0, {"status", run}).output.find("finished"), std::string::npos);
}

TEST(status, shows_a_run_that_goes_on_and_a_folder_of_runs) {
  const Scratch scratch;
  const std::string folder = scratch.runs();
  ASSERT_EQ(
      genloss(0, {"run", study("gaussian-replace.ini"), "--study.generations=2", "--runtime.runs=" + folder}).exit_code,
      0);
  // A training that lasts until it is told to stop.
  const std::string long_run = GENLOSS_BINARY_DIR "/genloss run " + study("tiny.ini") +
                               " --training.budget=\"100M tokens\" --runtime.runs=" + folder;
  const std::string status = GENLOSS_BINARY_DIR "/genloss status " + folder;
  const Outcome seen = shell(long_run +
                                 " >/dev/null 2>&1 & run=$!\n"
                                 "for i in $(seq 40); do " +
                                 status + " --json | grep -q tokens_per_second && break; sleep 0.1; done\n" + status +
                                 " --json; kill -TERM $run; wait $run; echo exit=$?",
                             60);
  const auto end = seen.output.rfind("exit=");
  ASSERT_NE(end, std::string::npos) << seen.output;
  EXPECT_EQ(seen.output.substr(end), "exit=75\n");
  const auto json = nlohmann::json::parse(seen.output.substr(0, end));
  ASSERT_EQ(json.size(), 2);
  EXPECT_EQ(json[0].at("condition"), "finished");
  EXPECT_EQ(json[1].at("condition"), "running");
  EXPECT_EQ(json[1].at("live").at("stage"), "training");
  EXPECT_GT(json[1].at("live").at("total"), json[1].at("live").at("done"));
  EXPECT_LT(json[1].at("live").at("seconds_silent"), 60);
  const std::string table = genloss(0, {"status", folder, "--watch"}).output;  // nothing runs: it ends by itself
  EXPECT_NE(table.find("finished"), std::string::npos) << table;
  EXPECT_NE(table.find("stopped"), std::string::npos) << table;
}

}  // namespace genloss
