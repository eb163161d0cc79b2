// Text that is chosen by a column before the next model learns from it.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/files/durable.hpp"
#include "tests/support/program.hpp"

namespace genloss {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

namespace {

std::vector<std::string> surprising(const std::string& runs) {
  return {"run",
          study("tiny.ini"),
          "--runtime.runs=" + runs,
          "--study.generations=2",
          "--columns.surprise=log_probability model=own",
          "--policy.name=surprising",
          "--policy.column=surprise.mean",
          "--policy.select=top 50 %"};
}

}  // namespace

TEST(chosen_text, is_the_same_on_any_number_of_ranks_and_over_kills) {
  const Scratch alone, three, killed;
  ASSERT_EQ(genloss(0, surprising(alone.runs())).exit_code, 0);
  const auto digests = verified_digests(only_run(alone.runs()));
  EXPECT_TRUE(
      fs::exists(fs::canonical(only_run(alone.runs()) / "generation-001/mix.json").parent_path() / "index-0.bin"));
  ASSERT_EQ(genloss(3, surprising(three.runs())).exit_code, 0);
  EXPECT_EQ(verified_digests(only_run(three.runs())), digests);
  for (const std::string where : {"0:SCORING:surprise:shard-1", "1:PLANNED:sealed", "1:TRAINING:step-20"}) {
    EXPECT_NE(genloss(2, surprising(killed.runs()), {{"GENLOSS_FAULT", "kill@" + where}}).exit_code, 0) << where;
  }
  ASSERT_EQ(genloss(2, surprising(killed.runs())).exit_code, 0);
  EXPECT_EQ(verified_digests(only_run(killed.runs())), digests);
}

TEST(chosen_text, of_which_the_choice_is_damaged_is_not_learned_from) {
  const Scratch scratch;
  EXPECT_NE(genloss(0, surprising(scratch.runs()), {{"GENLOSS_FAULT", "kill@1:PLANNED:sealed"}}).exit_code, 0);
  const fs::path run = only_run(scratch.runs());
  const fs::path index = fs::canonical(run / "generation-001/mix.json").parent_path() / "index-0.bin";
  std::string bytes = storage::read_text(index);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  fs::permissions(index, fs::perms::owner_write, fs::perm_options::add);
  std::ofstream(index, std::ios::binary) << bytes;
  const Outcome verified = genloss(0, {"verify", run.string()});
  EXPECT_EQ(verified.exit_code, 65) << verified.output;
  EXPECT_NE(verified.output.find("index-0.bin"), std::string::npos) << verified.output;
  const Outcome outcome = genloss(0, surprising(scratch.runs()));
  EXPECT_EQ(outcome.exit_code, 65) << outcome.output;
  EXPECT_NE(outcome.output.find("index-0.bin"), std::string::npos) << outcome.output;
  EXPECT_FALSE(fs::exists(run / "generation-001/model"));
}

TEST(chosen_text, needs_a_column_that_is_there_when_the_mix_is_made) {
  const Scratch scratch;
  auto later = surprising(scratch.runs());
  later[4] = "--columns.surprise=log_probability model=1";
  const Outcome outcome = genloss(0, later);
  EXPECT_EQ(outcome.exit_code, 64) << outcome.output;
  auto none = surprising(scratch.runs());
  none[6] = "--policy.column=surprize.mean";
  const Outcome unknown = genloss(0, none);
  EXPECT_EQ(unknown.exit_code, 64) << unknown.output;
  EXPECT_NE(unknown.output.find("surprise"), std::string::npos) << unknown.output;
  EXPECT_FALSE(fs::exists(scratch.runs()));
}

}  // namespace genloss
