#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace genloss {
namespace {

using namespace tests;  // NOLINT

/// Digests of all artefacts of a study at one rank count.
std::map<std::string, std::string> run_at(const Scratch& scratch, int ranks, const std::string& file,
                                          std::vector<std::string> extra = {}) {
  const std::string runs = scratch.runs("ranks-" + std::to_string(ranks));
  std::vector<std::string> words{"run", study(file), "--runtime.runs=" + runs};
  words.insert(words.end(), extra.begin(), extra.end());
  const Outcome outcome = genloss(ranks, words);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  return verified_digests(only_run(runs));
}

}  // namespace

TEST(world_size, does_not_change_a_byte_of_a_text_study) {
  const Scratch scratch;
  const auto alone = run_at(scratch, 0, "tiny.ini");
  EXPECT_GE(alone.size(), 3u * 4u) << "mix, model, corpus and measures of three generations";
  for (const int ranks : {2, 3, 4}) EXPECT_EQ(run_at(scratch, ranks, "tiny.ini"), alone) << ranks << " ranks";
}

TEST(world_size, does_not_change_a_byte_of_a_llama_study_with_human_share) {
  const Scratch scratch;
  const std::vector<std::string> options{
      "--model.shape=llama",         "--model.kv_heads=1",       "--policy.name=human_fraction",
      "--policy.human_fraction=0.2", "--study.generations=2",    "--sampling.prompt=human",
      "--sampling.prompt_tokens=8",  "--sampling.max_tokens=24", "--training.init=previous"};
  const auto alone = run_at(scratch, 1, "tiny.ini", options);
  EXPECT_EQ(run_at(scratch, 3, "tiny.ini", options), alone);
}

TEST(world_size, does_not_change_a_byte_of_a_text_study_with_a_weighted_and_truncated_loss) {
  const Scratch scratch;
  const std::vector<std::string> golden{"--policy.name=weighted", "--policy.human_fraction=0.5",
                                        "--policy.human_pool=train", "--study.generations=2",
                                        "--training.truncated=0.9"};
  const auto alone = run_at(scratch, 1, "tiny.ini", golden);
  for (const int ranks : {2, 3}) EXPECT_EQ(run_at(scratch, ranks, "tiny.ini", golden), alone) << ranks << " ranks";
  auto other = golden;
  other.emplace_back("--policy.human_weight=0.5");  // the same units, each of weight 1
  const std::string runs = scratch.runs("unweighted");
  std::vector<std::string> words{"run", study("tiny.ini"), "--runtime.runs=" + runs};
  words.insert(words.end(), other.begin(), other.end());
  ASSERT_EQ(genloss(0, words).exit_code, 0);
  const auto unweighted = verified_digests(only_run(runs));
  EXPECT_EQ(unweighted.at("generation 0 model"), alone.at("generation 0 model"));
  EXPECT_NE(unweighted.at("generation 1 model"), alone.at("generation 1 model"));
}

TEST(world_size, does_not_change_a_byte_of_a_text_study_that_watches_its_validation_split) {
  const Scratch scratch;
  const std::vector<std::string> early{"--training.patience=1", "--training.validation_steps=4",
                                       "--training.learning_rate=0.1", "--study.generations=2",
                                       "--data.validation_fraction=0.2"};
  const auto alone = run_at(scratch, 1, "tiny.ini", early);
  EXPECT_EQ(run_at(scratch, 3, "tiny.ini", early), alone);
  const std::string run = only_run(scratch.runs("ranks-1"));
  EXPECT_NE(shell("grep -c validation_loss " + run + "/generation-000/training.jsonl").output, "0\n");
  const std::string runs = scratch.runs("to-the-end");
  std::vector<std::string> words{"run", study("tiny.ini"), "--runtime.runs=" + runs};
  words.insert(words.end(), early.begin() + 1, early.end());
  ASSERT_EQ(genloss(0, words).exit_code, 0);
  // Generation 0 gets better to its last step, generation 1 does not.
  EXPECT_NE(verified_digests(only_run(runs)).at("generation 1 model"), alone.at("generation 1 model"));
}

TEST(world_size, does_not_change_a_byte_of_a_gaussian_study) {
  const Scratch scratch;
  const std::vector<std::string> options{"--gaussian.dimension=2", "--gaussian.correlation=0.5",
                                         "--gaussian.replicates=50", "--study.generations=4",
                                         "--policy.name=accumulate_subsample"};
  const auto alone = run_at(scratch, 0, "gaussian-replace.ini", options);
  for (const int ranks : {2, 3})
    EXPECT_EQ(run_at(scratch, ranks, "gaussian-replace.ini", options), alone) << ranks << " ranks";
}

TEST(world_size, does_not_change_a_byte_of_a_categorical_study) {
  const Scratch scratch;
  const std::vector<std::string> options{"--study.family=categorical", "--categorical.symbols=300",
                                         "--categorical.replicates=20", "--study.generations=3",
                                         "--policy.name=accumulate"};
  const auto alone = run_at(scratch, 0, "gaussian-replace.ini", options);
  for (const int ranks : {2, 4})
    EXPECT_EQ(run_at(scratch, ranks, "gaussian-replace.ini", options), alone) << ranks << " ranks";
}

TEST(world_size, does_not_change_a_byte_over_two_hosts) {
  const Scratch scratch;
  const std::vector<std::string> words{"run", study("tiny.ini"), "--study.generations=2"};
  auto on_hosts = words;
  on_hosts.push_back("--runtime.runs=" + scratch.runs("hosts"));
  const Outcome outcome = genloss_over_hosts(2, on_hosts);
  if (outcome.exit_code == 77) GTEST_SKIP() << "no network namespaces here (root and iproute2 are needed)";
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("4 ranks"), std::string::npos) << outcome.output;
  EXPECT_EQ(verified_digests(only_run(scratch.runs("hosts"))),
            run_at(scratch, 0, "tiny.ini", {"--study.generations=2"}));
}

TEST(world_size, is_part_of_the_recipe_of_a_model_with_a_fast_reduction) {
  const Scratch scratch;
  const std::string runs = scratch.runs();  // one store for both
  const std::vector<std::string> fast{"run",
                                      study("tiny.ini"),
                                      "--study.generations=1",
                                      "--training.budget=20k tokens",
                                      "--training.reduction=fast",
                                      "--runtime.runs=" + runs};
  ASSERT_EQ(genloss(2, fast).exit_code, 0);
  const std::string run = only_run(runs);
  const auto of_two = verified_digests(run);
  std::vector<std::string> more = fast;
  more[2] = "--study.generations=2";
  const Outcome on_one = genloss(0, more);  // goes on from what two ranks have trained
  EXPECT_EQ(on_one.exit_code, 0) << on_one.output;
  const auto both = verified_digests(run);
  for (const auto& [artefact, digest] : of_two) EXPECT_EQ(both.at(artefact), digest) << artefact;
  ASSERT_EQ(shell("rm -rf " + run).exit_code, 0);
  ASSERT_EQ(genloss(0, fast).exit_code, 0);
  EXPECT_EQ(shell("ls " + runs + "/.store/model | wc -l").output, "3\n")
      << "what two ranks trained is not taken for it";
}

TEST(world_size, the_seed_does_change_them) {
  const Scratch scratch;
  EXPECT_NE(run_at(scratch, 1, "tiny.ini", {"--study.generations=1"}),
            run_at(scratch, 2, "tiny.ini", {"--study.generations=1", "--study.seed=8"}));
}

}  // namespace genloss
