// Kill the whole job anywhere, start it again with another rank count: the bytes are those of a run that nobody
// disturbed.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/program.hpp"

namespace genloss {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

std::vector<std::string> words(const std::string& runs) {
  return {"run", study("tiny.ini"), "--study.generations=2", "--runtime.checkpoint_steps=8", "--runtime.runs=" + runs};
}

/// What an undisturbed run gives; made once.
const std::map<std::string, std::string>& undisturbed() {
  static const auto digests = [] {
    const Scratch scratch;
    const Outcome outcome = genloss(1, words(scratch.runs()));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    return verified_digests(only_run(scratch.runs()));
  }();
  return digests;
}

class Kill : public testing::TestWithParam<std::string> {};

}  // namespace

TEST_P(Kill, costs_nothing) {
  const Scratch scratch;
  const Outcome killed = genloss(2, words(scratch.runs()), {{"GENLOSS_FAULT", "kill@" + GetParam()}});
  ASSERT_NE(killed.exit_code, 0) << "the fault point was never reached";
  const int ranks = 1 + static_cast<int>(GetParam().size() % 3);
  const Outcome resumed = genloss(ranks, words(scratch.runs()));
  ASSERT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_EQ(verified_digests(only_run(scratch.runs())), undisturbed());
  for (const auto& entry : fs::recursive_directory_iterator(scratch.runs())) {
    EXPECT_EQ(entry.path().string().find(".partial-"), std::string::npos) << "left over: " << entry.path();
  }
}

INSTANTIATE_TEST_SUITE_P(in_every_state, Kill,
                         testing::Values("0:PLANNED", "0:PLANNED:sealed", "0:MIXED", "0:TRAINING", "0:TRAINING:step-20",
                                         "0:TRAINING:sealed", "0:TRAINED", "0:TRAINED:sealed", "0:EVALUATED",
                                         "0:SAMPLING", "0:SAMPLING:shard-2", "0:SAMPLING:sealed", "0:SAMPLED",
                                         "0:SAMPLED:sealed", "0:TRAINED:block-1", "0:SAMPLED:block-2", "0:SCORED",
                                         "1:MIXED", "1:TRAINING:step-9", "1:SAMPLING:shard-1", "1:SCORED"),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           for (char& c : name) c = c == ':' || c == '-' ? '_' : c;
                           return "at_" + name;
                         });

/// Kills at `where` the tiny study with `options`, and starts it again with another rank count.
void expect_kill_costs_nothing(const std::string& where, const std::vector<std::string>& options,
                               const std::map<std::string, std::string>& undisturbed) {
  const Scratch scratch;
  const auto command = [&] {
    auto all = words(scratch.runs());
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }();
  const Outcome killed = genloss(2, command, {{"GENLOSS_FAULT", "kill@" + where}});
  ASSERT_NE(killed.exit_code, 0) << "the fault point was never reached";
  const Outcome resumed = genloss(3, command);
  ASSERT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_EQ(verified_digests(only_run(scratch.runs())), undisturbed);
  for (const auto& entry : fs::recursive_directory_iterator(scratch.runs())) {
    EXPECT_EQ(entry.path().string().find(".partial-"), std::string::npos) << "left over: " << entry.path();
  }
}

std::map<std::string, std::string> digests_of(const std::vector<std::string>& options) {
  const Scratch scratch;
  auto command = words(scratch.runs());
  command.insert(command.end(), options.begin(), options.end());
  const Outcome outcome = genloss(1, command);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  return verified_digests(only_run(scratch.runs()));
}

/// The same with a vocabulary that is learned, and text that is encoded, before generation 0.
class KillOfTokens : public testing::TestWithParam<std::string> {};

TEST_P(KillOfTokens, costs_nothing) {
  const std::vector<std::string> options{"--text.vocabulary=320", "--study.generations=1"};
  static const auto undisturbed_digests = digests_of(options);
  expect_kill_costs_nothing(GetParam(), options, undisturbed_digests);
}

/// The same with a corpus that is drawn until it holds so many tokens, and cut there.
TEST(kill, of_a_corpus_by_tokens_costs_nothing) {
  const std::vector<std::string> options{"--sampling.tokens=900", "--sampling.shard_samples=8",
                                         "--study.generations=2"};
  const auto undisturbed_digests = digests_of(options);
  for (const char* where : {"0:SAMPLING:shard-3", "0:SAMPLING:cut", "0:SAMPLING:sealed", "1:SAMPLING:cut"}) {
    SCOPED_TRACE(where);
    expect_kill_costs_nothing(where, options, undisturbed_digests);
  }
}

INSTANTIATE_TEST_SUITE_P(wherever, KillOfTokens,
                         testing::Values("TOKENIZER:sealed", "TOKENIZER", "TOKENS:part-1", "TOKENS:sealed",
                                         "0:TRAINING:step-20", "0:SAMPLING:shard-2"),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           for (char& c : name) c = c == ':' || c == '-' ? '_' : c;
                           return "at_" + name;
                         });

TEST(stop, saves_the_state_and_exits_75) {
  for (const std::string place : {"0:TRAINING:step-20", "0:SAMPLING:shard-1", "0:EVALUATED", "1:TRAINING"}) {
    const Scratch scratch;
    const Outcome stopped = genloss(2, words(scratch.runs()), {{"GENLOSS_FAULT", "stop@" + place}});
    EXPECT_EQ(stopped.exit_code, 75) << place << "\n" << stopped.output;
    EXPECT_NE(stopped.output.find("state saved"), std::string::npos) << stopped.output;
    if (place.find("step") != std::string::npos) {
      const fs::path checkpoints = only_run(scratch.runs()) / "generation-000" / "checkpoints";
      const bool at_once = fs::exists(checkpoints / "step-000020") || fs::exists(checkpoints / "step-000021");
      EXPECT_TRUE(at_once) << "the next step boundary has to save, whatever the cadence";
    }
    const Outcome resumed = genloss(3, words(scratch.runs()));
    EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
    EXPECT_EQ(verified_digests(only_run(scratch.runs())), undisturbed()) << place;
  }
}

TEST(stop, in_the_midst_of_measuring_keeps_the_blocks_that_are_done) {
  for (const std::string place : {"0:TRAINED:block-1", "0:SAMPLED:block-1", "1:SAMPLED:block-1"}) {
    const Scratch scratch;
    const Outcome stopped = genloss(2, words(scratch.runs()), {{"GENLOSS_FAULT", "stop@" + place}});
    EXPECT_EQ(stopped.exit_code, 75) << place << "\n" << stopped.output;
    EXPECT_NE(stopped.output.find("blocks, which are kept"), std::string::npos) << stopped.output;
    const Outcome resumed = genloss(3, words(scratch.runs()));
    EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
    EXPECT_NE(resumed.output.find("blocks are there from an earlier start"), std::string::npos) << resumed.output;
    EXPECT_EQ(verified_digests(only_run(scratch.runs())), undisturbed()) << place;
    EXPECT_EQ(left_over(scratch.runs()), std::vector<std::string>()) << place;
  }
}

TEST(stop, sigterm_to_the_launcher_or_the_program_exits_75) {
  const Scratch scratch;
  std::string command = std::string(GENLOSS_BINARY_DIR) + "/genloss";
  for (const auto& word : words(scratch.runs())) command += " " + word;
  for (const std::string signal : {"TERM", "USR2"}) {
    const Outcome outcome =
        shell(command + " --training.budget=\"400k tokens\" & p=$!; sleep 2; kill -" + signal + " $p; wait $p");
    EXPECT_EQ(outcome.exit_code, 75) << signal << "\n" << outcome.output;
  }
}

TEST(killed_run, that_was_being_measured_is_known_to_verify) {
  const Scratch scratch;
  EXPECT_NE(genloss(0, words(scratch.runs()), {{"GENLOSS_FAULT", "kill@0:SAMPLED:block-1"}}).exit_code, 0);
  const auto run = only_run(scratch.runs());
  EXPECT_TRUE(std::filesystem::is_symlink(run / "generation-000/measuring"));
  EXPECT_FALSE(verified_digests(run).empty());
}

}  // namespace genloss
