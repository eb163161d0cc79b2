// Arms and seeds of one study in one job.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/program.hpp"

namespace genloss {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

namespace {

/// Three arms of a closed form and two seeds: six chains that share two generations 0.
std::vector<std::string> chain_words(const std::string& runs, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"run", study("gaussian-replace.ini"), "--runtime.runs=" + runs, "--study.generations=3",
                             "--study.seeds=2", "--gaussian.replicates=50", "--arms.replace=policy.name=replace",
                             "--arms.half=policy.name=human_fraction policy.human_fraction=0.5 policy.human_pool=train",
                             "--arms.accumulate=policy.name=accumulate"});
  return more;
}

/// Sealed artefacts of the store, "kind/recipe".
std::vector<std::string> stored(const std::string& runs) {
  std::vector<std::string> names;
  for (const auto& kind : fs::directory_iterator(fs::path(runs) / ".store")) {
    for (const auto& artefact : fs::directory_iterator(kind)) {
      names.push_back(kind.path().filename().string() + "/" + artefact.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::map<std::string, std::string> digests_at(const Scratch& scratch, int ranks) {
  const std::string runs = scratch.runs("ranks-" + std::to_string(ranks));
  const Outcome outcome = genloss(ranks, chain_words(runs));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  return verified_digests(only_run(runs));
}

}  // namespace

TEST(chains, are_the_same_on_any_number_of_ranks_and_one_by_one) {
  const Scratch scratch;
  const auto alone = digests_at(scratch, 0);
  EXPECT_EQ(alone.size(), 6u * 3u * 4u);  // chains, generations, artefacts
  EXPECT_NE(alone.at("arm half seed 1 generation 1 model"), alone.at("arm half seed 2 generation 1 model"));
  EXPECT_EQ(alone.at("arm half seed 1 generation 0 model"), alone.at("arm replace seed 1 generation 0 model"));
  for (const int ranks : {2, 3, 4}) EXPECT_EQ(digests_at(scratch, ranks), alone) << ranks << " ranks";

  const std::string runs = scratch.runs("one-by-one");
  for (const std::string arm : {"replace", "half", "accumulate"}) {
    for (const std::string seed : {"1", "2"}) {
      const Outcome part = genloss(0, chain_words(runs, {"--arm", arm, "--seed", seed}));
      ASSERT_EQ(part.exit_code, 0) << part.output;
    }
  }
  EXPECT_EQ(verified_digests(only_run(runs)), alone);
  EXPECT_EQ(stored(runs), stored(scratch.runs("ranks-3"))) << "the same artefacts, each once, nothing left over";
}

TEST(chains, more_ranks_than_chains_and_lanes_work_together) {
  const Scratch scratch;
  const auto at = [&](int ranks) {
    const std::string runs = scratch.runs("ranks-" + std::to_string(ranks));
    const Outcome outcome = genloss(ranks, {"run", study("tiny.ini"), "--runtime.runs=" + runs, "--study.seeds=2",
                                            "--study.generations=1", "--training.lanes=1"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    return verified_digests(only_run(runs));
  };
  EXPECT_EQ(at(4), at(1)) << "two groups of two ranks, of which one trains";
}

TEST(chains, are_shown_below_each_other) {
  const Scratch scratch;
  const std::string runs = scratch.runs();
  const Outcome ran = genloss(1, {"run", study("tiny.ini"), "--runtime.runs=" + runs, "--study.generations=1",
                                  "--arms.warm=sampling.temperature=1", "--arms.cold=sampling.temperature=0.5"});
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_NE(ran.output.find("genloss compare"), std::string::npos) << "tables are for compare: " << ran.output;
  EXPECT_NE(ran.output.find("cold: generation 0 measured"), std::string::npos) << ran.output;
  const Outcome strip = genloss(0, {"show", "--strip", only_run(runs).string()});
  EXPECT_EQ(strip.exit_code, 0) << strip.output;
  const auto warm = strip.output.find("\nwarm (temperature 1"), cold = strip.output.find("\ncold (temperature 0.5");
  EXPECT_LT(warm, cold) << strip.output;
  EXPECT_NE(cold, std::string::npos) << strip.output;
  const Outcome page = genloss(0, {"show", only_run(runs).string(), "--sample", "3"});
  EXPECT_NE(page.output.find(" cold, generation 0, sample 3"), std::string::npos) << page.output;
}

TEST(chains, what_is_killed_or_stopped_goes_on) {
  const Scratch scratch;
  const auto whole = digests_at(scratch, 2);
  const std::string runs = scratch.runs("disturbed");
  for (const std::string fault :
       {"kill@0:SAMPLING:sealed", "stop@1:MIXED", "kill@1:TRAINED", "kill@2:SAMPLED:sealed"}) {
    const Outcome cut = genloss(2, chain_words(runs), {{"GENLOSS_FAULT", fault}});
    EXPECT_NE(cut.exit_code, 0) << fault;
  }
  ASSERT_EQ(genloss(3, chain_words(runs)).exit_code, 0);
  EXPECT_EQ(verified_digests(only_run(runs)), whole);
  EXPECT_EQ(stored(runs), stored(scratch.runs("ranks-2")));
}

TEST(chains, one_that_cannot_go_on_is_closed_and_the_others_finish) {
  const Scratch scratch;
  const std::string runs = scratch.runs();
  const Outcome outcome =
      genloss(2, chain_words(runs, {"--arms.short=policy.name=human_fraction policy.human_fraction=0.5 "
                                    "policy.human_pool=train policy.size=1G"}));
  EXPECT_EQ(outcome.exit_code, 65) << outcome.output;
  EXPECT_NE(outcome.output.find("chain short seed 1 is closed"), std::string::npos) << outcome.output;
  const fs::path run = only_run(runs);
  for (const std::string chain : {"replace/seed-1", "half/seed-2", "accumulate/seed-2"}) {
    EXPECT_TRUE(fs::exists(run / chain / "generation-002/measures.json")) << chain;
  }
  const Outcome status = genloss(0, {"status", run.string()});
  EXPECT_NE(status.output.find("closed"), std::string::npos) << status.output;
}

TEST(chains, seeds_are_added_to_a_study_that_had_one) {
  const Scratch scratch;
  const std::string runs = scratch.runs();
  const std::vector<std::string> one{"run", study("gaussian-replace.ini"), "--runtime.runs=" + runs,
                                     "--study.generations=2", "--gaussian.replicates=50"};
  ASSERT_EQ(genloss(0, one).exit_code, 0);
  const auto alone = verified_digests(only_run(runs));
  auto two = one;
  two.emplace_back("--study.seeds=2");
  const Outcome outcome = genloss(2, two);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  const auto both = verified_digests(only_run(runs));
  for (const auto& [artefact, digest] : alone) EXPECT_EQ(both.at("seed 1 " + artefact), digest) << artefact;
  EXPECT_FALSE(fs::exists(only_run(runs) / "generation-000")) << "the chain has a folder of its own now";
}

TEST(chains, are_compared_with_seeds_pooled_and_arms_paired) {
  const Scratch scratch;
  const std::string runs = scratch.runs();
  ASSERT_EQ(genloss(2, chain_words(runs)).exit_code, 0);
  const Outcome outcome = genloss(0, {"compare", only_run(runs).string()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("less replace, by seed"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("2 seeds an arm"), std::string::npos) << outcome.output;
}

TEST(chains, that_share_everything_can_each_be_read) {
  const Scratch scratch;
  const std::string runs = scratch.runs();
  ASSERT_EQ(genloss(2, chain_words(runs, {"--study.generations=1"})).exit_code, 0);
  const fs::path run = only_run(runs);
  EXPECT_EQ(verified_digests(run).size(), 6u * 4u);
  for (const std::string chain : {"replace/seed-1", "half/seed-1", "accumulate/seed-2"}) {
    EXPECT_EQ(verified_digests(run / chain).size(), 4u) << chain;
    EXPECT_TRUE(fs::exists(run / chain / "study.ini")) << chain;
  }
}

TEST(chains, a_copy_without_the_store_is_whole) {
  const Scratch scratch;
  const std::string runs = scratch.runs();
  ASSERT_EQ(genloss(0, chain_words(runs)).exit_code, 0);
  const std::string copy = (scratch.path() / "copy").string();
  ASSERT_EQ(shell("cp -rL " + only_run(runs).string() + " " + copy + " && rm -rf " + runs).exit_code, 0);
  EXPECT_EQ(verified_digests(copy).size(), 6u * 3u * 4u);
  EXPECT_EQ(genloss(0, {"compare", copy}).exit_code, 0);
}

}  // namespace genloss
