// Every family of closed forms as a user runs it: the same bytes on any number of ranks and after a kill, as planned.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"

namespace genloss {
namespace {

using namespace tests;  // NOLINT
using Options = std::vector<std::string>;

struct SmallStudy {
  const char* family;
  Options options;
};

Options words_of(const SmallStudy& small, const std::string& command, const Scratch& scratch, const std::string& runs) {
  Options words{command,
                study("gaussian-replace.ini"),
                "--study.family=" + std::string(small.family),
                "--runtime.runs=" + scratch.runs(runs),
                "--study.generations=3",
                "--policy.name=accumulate",
                "--sampling.samples=60",
                "--sampling.shard_samples=20"};
  words.insert(words.end(), small.options.begin(), small.options.end());
  return words;
}

std::map<std::string, std::string> digests_at(const SmallStudy& small, const Scratch& scratch, int ranks) {
  const std::string runs = "ranks-" + std::to_string(ranks);
  const Outcome outcome = genloss(ranks, words_of(small, "run", scratch, runs));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  return verified_digests(only_run(scratch.runs(runs)));
}

double bytes_below(const std::filesystem::path& folder) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && !entry.is_symlink()) bytes += static_cast<double>(entry.file_size());
  }
  return bytes;
}

class ClosedForms : public testing::TestWithParam<SmallStudy> {
 protected:
  /// Options of the study, with human text where it learns from text.
  [[nodiscard]] SmallStudy small() const {
    SmallStudy small = GetParam();
    if (std::string(small.family) != "ngram") return small;
    std::filesystem::create_directories(scratch_.path() / "text");
    for (const char* name : {"a.txt", "b.txt"}) {
      std::ofstream file(scratch_.path() / "text" / name);
      for (int i = 0; i < 600; ++i) file << name[0] << " line of text, number " << i * i % 97 << ", is written here\n";
    }
    small.options.push_back("--data.source=" + (scratch_.path() / "text").string());
    return small;
  }
  Scratch scratch_;
};

TEST_P(ClosedForms, HaveTheSameBytesOnAnyNumberOfRanksAndAfterAKill) {
  const auto alone = digests_at(small(), scratch_, 0);
  const auto of_generations = std::count_if(alone.begin(), alone.end(), [](const auto& entry) {
    return entry.first.starts_with("generation ");  // the others are of human text, where a family reads some
  });
  EXPECT_EQ(of_generations, 3 * 4);
  EXPECT_EQ(digests_at(small(), scratch_, 3), alone);
  const Options words = words_of(small(), "run", scratch_, "killed");
  EXPECT_NE(genloss(2, words, {{"GENLOSS_FAULT", "kill@0:SAMPLING:shard-2"}}).exit_code, 0);
  const Outcome resumed = genloss(2, words);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_EQ(verified_digests(only_run(scratch_.runs("killed"))), alone);
}

TEST_P(ClosedForms, TakeTheRoomThatIsPlanned) {
  Options words = words_of(small(), "plan", scratch_, "planned");
  // So large that what every file has besides is little.
  const Options larger{"--sampling.samples=600", "--sampling.shard_samples=300"};
  words.insert(words.end(), larger.begin(), larger.end());
  Options run_words = words;
  run_words.front() = "run";
  words.insert(words.end(), {"--json", "-n", "1"});
  const Outcome planned = genloss(0, words);
  ASSERT_EQ(planned.exit_code, 0) << planned.output;
  const auto plan = nlohmann::json::parse(planned.output, nullptr, false);
  ASSERT_EQ(genloss(0, run_words).exit_code, 0);
  const auto run = only_run(scratch_.runs("planned"));
  for (const auto& g : plan.at("generations")) {
    const auto folder = run / ("generation-00" + std::to_string(g.at("generation").get<int>()));
    const double model = bytes_below(folder / "model"), corpus = bytes_below(folder / "corpus");
    EXPECT_NEAR(g.at("model_bytes").get<double>(), model, 0.1 * model);
    EXPECT_NEAR(g.at("corpus_bytes").get<double>(), corpus, 0.1 * corpus);
    const auto manifest = nlohmann::json::parse(std::ifstream(folder / "model/manifest.json"), nullptr, false);
    EXPECT_EQ(g.at("steps"), manifest.at("steps"));
    EXPECT_EQ(g.at("training_values"), manifest.at("tokens"));
  }
  const double all = bytes_below(scratch_.runs("planned"));
  EXPECT_NEAR(plan.at("disk_bytes").get<double>(), all, 0.1 * all);
}

INSTANTIATE_TEST_SUITE_P(
    families, ClosedForms,
    testing::Values(SmallStudy{"bernoulli", {"--bernoulli.replicates=500"}},
                    SmallStudy{"gaussian",
                               {"--gaussian.dimension=100", "--gaussian.replicates=3", "--gaussian.sampling_bias=0.8",
                                "--sampling.samples=150"}},
                    SmallStudy{"gaussian_mixture", {"--gaussian_mixture.replicates=20", "--gaussian_mixture.starts=2"}},
                    SmallStudy{"kernel_density", {"--kernel_density.replicates=30", "--policy.name=replace"}},
                    SmallStudy{"linear_autoencoder", {"--linear_autoencoder.replicates=40"}},
                    SmallStudy{"linear_regression",
                               {"--linear_regression.replicates=50", "--linear_regression.label_noise=fitted"}},
                    SmallStudy{"ngram",
                               {"--ngram.length=256", "--policy.name=replace", "--data.document=paragraphs",
                                "--data.test_fraction=0.2", "--ngram.replicates=2"}},
                    SmallStudy{"poisson", {"--poisson.replicates=500"}}),
    [](const auto& study) { return std::string(study.param.family); });

}  // namespace
}  // namespace genloss
