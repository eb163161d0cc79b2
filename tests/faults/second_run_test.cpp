// A second run on the directory of a living one, from this host or another.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/files/run_lock.hpp"
#include "tests/support/program.hpp"

namespace genloss {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

std::string command(const std::string& runs) {
  return std::string(GENLOSS_BINARY_DIR) + "/genloss run " + study("tiny.ini") +
         " --study.generations=1 --runtime.runs=" + runs;
}

/// The same study as by another machine: with a host name of its own. Empty words if this is not allowed here.
std::string on_another_host(const std::string& words) {
  if (shell("unshare --uts hostname elsewhere", 10).exit_code != 0) return {};
  return "unshare --uts sh -c 'hostname elsewhere; exec " + words + "'";
}

const std::string preload = std::string("export LD_PRELOAD=") + GENLOSS_NO_LOCKS + " GENLOSS_LOCKS=";

}  // namespace

TEST(second_run, is_refused_from_this_host_and_from_another_one) {
  const Scratch scratch;
  ASSERT_EQ(shell(command(scratch.runs()), 100).exit_code, 0);
  const std::string elsewhere = on_another_host(command(scratch.runs()));
  if (elsewhere.empty()) GTEST_SKIP() << "no second host name can be made here";
  const storage::RunLock held(only_run(scratch.runs()), "41");
  const std::vector<std::string> seconds{command(scratch.runs()), elsewhere, preload + "any; " + elsewhere};
  for (const std::string& words : seconds) {
    const Outcome second = shell(words, 100);
    EXPECT_EQ(second.exit_code, 69) << words << "\n" << second.output;
    for (const std::string told : {"is in use by process", "job 41", "hint: "}) {
      EXPECT_NE(second.output.find(told), std::string::npos) << told << " in " << second.output;
    }
    const bool by_heartbeat = second.output.find("heartbeat goes on") != std::string::npos;
    EXPECT_EQ(by_heartbeat, &words == &seconds.back()) << second.output;
  }
}

TEST(second_run, gets_the_directory_of_a_dead_one_of_another_host) {
  const Scratch scratch;
  const std::string elsewhere = on_another_host("env GENLOSS_FAULT=kill@0:SAMPLING " + command(scratch.runs()));
  if (elsewhere.empty()) GTEST_SKIP() << "no second host name can be made here";
  EXPECT_NE(shell(elsewhere, 100).exit_code, 0);
  std::ifstream lock(only_run(scratch.runs()) / ".lock");
  const std::string last{std::istreambuf_iterator<char>(lock), {}};
  EXPECT_NE(last.find("on host elsewhere"), std::string::npos) << last;
  const Outcome next = shell(command(scratch.runs()), 100);
  EXPECT_EQ(next.exit_code, 0) << next.output;
}

TEST(second_run, is_not_risked_without_locks_and_the_advice_is_the_doctors) {
  const Scratch scratch;
  for (const std::string& words : {command(scratch.runs()), std::string(GENLOSS_BINARY_DIR) +
                                                                "/genloss doctor --runtime.runs=" + scratch.runs()}) {
    const Outcome outcome = shell(preload + "none; " + words, 100);
    EXPECT_EQ(outcome.exit_code, 69) << outcome.output;
    for (const std::string told : {"its file system has no locks (Function not implemented)", "Lustre: -o flock"}) {
      EXPECT_NE(outcome.output.find(told), std::string::npos) << told << " in " << outcome.output;
    }
  }
}

}  // namespace genloss
