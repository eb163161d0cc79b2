#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/program.hpp"

namespace genloss {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

TEST(arms, share_generation_zero_by_recipe_and_train_it_once) {
  const Scratch scratch;
  const std::string runs = "--runtime.runs=" + scratch.runs();
  const Outcome first = genloss(2, {"run", study("tiny.ini"), runs, "--study.generations=2"});
  ASSERT_EQ(first.exit_code, 0) << first.output;
  const fs::path replace = only_run(scratch.runs());
  const Outcome second = genloss(0, {"run", study("tiny.ini"), runs, "--study.generations=2", "--study.name=with-human",
                                     "--policy.name=human_fraction"});
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_NE(second.output.find("training: in the store already"), std::string::npos) << second.output;
  fs::path with_human;
  for (const fs::path& run : all_runs(scratch.runs())) {
    if (run != replace) with_human = run;
  }
  const auto one = verified_digests(replace), other = verified_digests(with_human);
  for (const auto* artefact :
       {"generation 0 mix", "generation 0 model", "generation 0 corpus", "generation 0 measures"}) {
    EXPECT_EQ(one.at(artefact), other.at(artefact)) << artefact;
  }
  EXPECT_NE(one.at("generation 1 mix"), other.at("generation 1 mix"));
  const char* weights = "generation-000/model/model.safetensors";
  EXPECT_EQ(fs::canonical(replace / weights), fs::canonical(with_human / weights)) << "one artefact, one place";
  EXPECT_EQ(genloss(0, {"compare", replace.string(), with_human.string()}).exit_code, 0);
}

TEST(arms, that_differ_in_a_later_generation_share_those_before) {
  const Scratch scratch;
  const std::vector<std::string> words{"run", study("tiny.ini"), "--runtime.runs=" + scratch.runs(),
                                       "--study.generations=2"};
  ASSERT_EQ(genloss(0, words).exit_code, 0);
  auto slower = words;
  slower.insert(slower.end(), {"--training.learning_rate=0:0.003,1:0.001", "--study.name=slower"});
  const Outcome second = genloss(0, slower);
  ASSERT_EQ(second.exit_code, 0) << second.output;
  const auto at = second.output.find("training: in the store already");
  ASSERT_NE(at, std::string::npos) << second.output;
  EXPECT_NE(second.output.find("training: 63 steps", at), std::string::npos) << "generation 1 is trained\n"
                                                                             << second.output;
}

TEST(arms, more_generations_continue_a_finished_run) {
  const Scratch scratch;
  const std::string runs = "--runtime.runs=" + scratch.runs();
  ASSERT_EQ(genloss(0, {"run", study("tiny.ini"), runs, "--study.generations=1"}).exit_code, 0);
  const auto before = verified_digests(only_run(scratch.runs()));
  ASSERT_EQ(genloss(0, {"run", study("tiny.ini"), runs, "--study.generations=2"}).exit_code, 0);
  const auto after = verified_digests(only_run(scratch.runs()));
  for (const auto& [artefact, digest] : before) EXPECT_EQ(after.at(artefact), digest) << artefact;
  EXPECT_TRUE(after.count("generation 1 model") == 1);
}

}  // namespace genloss
