// Chains of one study that read what the others write.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "storage/files/json.hpp"
#include "tests/support/program.hpp"

namespace genloss {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

namespace {

std::vector<std::string> lineages(const std::string& runs) {
  return {"run",
          study("gaussian-replace.ini"),
          "--runtime.runs=" + runs,
          "--study.generations=6",
          "--study.seeds=3",
          "--gaussian.replicates=1000",
          "--sampling.samples=60",
          "--sampling.shard_samples=10",
          "--policy.name=lineages",
          "--policy.lineage_shares=0.4,0.3,0.3"};
}

double mean_error(const fs::path& chain) {
  const auto file = chain / "generation-005/measures.json";
  const nlohmann::json measures = storage::read_json(file, "genloss measures", 2);
  for (const auto& measure : measures.at("model_measures")) {
    if (measure.at("name") == "mean_squared_error") return measure.at("value").get<double>();
  }
  ADD_FAILURE() << "no such measure in " << file;
  return 0;
}

}  // namespace

TEST(lineages, are_the_same_on_any_number_of_ranks_and_verify) {
  const Scratch one, two, three;
  ASSERT_EQ(genloss(0, lineages(one.runs())).exit_code, 0);
  const auto digests = verified_digests(only_run(one.runs()));
  EXPECT_EQ(digests.size(), 3u * 6u * 4u) << "mix, model, corpus and measures of each generation of each chain";
  ASSERT_EQ(genloss(2, lineages(two.runs())).exit_code, 0);
  EXPECT_EQ(verified_digests(only_run(two.runs())), digests);
  ASSERT_EQ(genloss(3, lineages(three.runs())).exit_code, 0);
  EXPECT_EQ(verified_digests(only_run(three.runs())), digests);
}

TEST(lineages, that_are_killed_go_on_to_the_same_end) {
  const Scratch whole, killed;
  ASSERT_EQ(genloss(0, lineages(whole.runs())).exit_code, 0);
  for (const auto* where : {"2:PLANNED:sealed", "3:SAMPLING:shard-2"}) {
    EXPECT_NE(genloss(2, lineages(killed.runs()), {{"GENLOSS_FAULT", std::string("kill@") + where}}).exit_code, 0);
  }
  ASSERT_EQ(genloss(3, lineages(killed.runs())).exit_code, 0);
  EXPECT_EQ(verified_digests(only_run(killed.runs())), verified_digests(only_run(whole.runs())));
}

TEST(lineages, drift_as_far_as_the_corpora_that_they_share_let_them) {
  const Scratch together;
  ASSERT_EQ(genloss(2, lineages(together.runs())).exit_code, 0);
  double error = 0;
  for (const auto* seed : {"seed-1", "seed-2", "seed-3"}) error += mean_error(only_run(together.runs()) / seed) / 3;
  // Variances of means, in units of one sample's. The human sample is the same for all: 1/M. In each of five mixes
  // every lineage takes M units out of 3 M, a share s of each corpus, so a unit is taken c times by the three, E[c^2] =
  // 1 + sum s (1 - s): their common mean moves by E[c^2] / 3 M; what a lineage has of its own, the rest of its 1/M, is
  // shared out with the next mix (a tenth of it is left).
  constexpr double m = 60, mixes = 5, again = 1 + 0.4 * 0.6 + 2 * 0.3 * 0.7;
  constexpr double common = again / (3 * m), own = (1 / m - common) / (1 - 0.1 * 0.1);
  constexpr double expected = 1 / m + mixes * common + own, alone = (1 + mixes) / m;
  const double four_errors = 4 * expected * std::sqrt(2.0 / 1000);  // at most: of the mean of 1000 squared normals
  EXPECT_NEAR(error, expected, four_errors);
  EXPECT_GT(std::abs(alone - expected), 2 * four_errors) << "lineages that do not meet would be told apart";
}

TEST(lineages, one_of_them_alone_is_refused_before_anything_is_made) {
  const Scratch scratch;
  auto words = lineages(scratch.runs());
  words.insert(words.end(), {"--seed", "1"});
  const Outcome outcome = genloss(0, words);
  EXPECT_EQ(outcome.exit_code, 64);
  EXPECT_NE(outcome.output.find("leave out --seed"), std::string::npos) << outcome.output;
  auto planned = lineages(scratch.runs());
  planned.front() = "plan";
  planned.emplace_back("--study.seeds=2");
  EXPECT_EQ(genloss(0, planned).exit_code, 64) << "three lineages need three seeds";
  EXPECT_FALSE(fs::exists(scratch.runs()));
}

}  // namespace genloss
