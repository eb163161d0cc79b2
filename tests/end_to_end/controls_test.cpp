// What the program says of runs whose kind of change is known.
#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace genloss {

using namespace tests;  // NOLINT

TEST(controls, a_frozen_model_sampled_again_does_not_change_and_top_k_1_is_late_collapse) {
  const Scratch scratch;
  ASSERT_EQ(genloss(2, {"run", study("tiny.ini"), "--runtime.runs=" + scratch.runs("base"), "--study.generations=1"})
                .exit_code,
            0);
  const std::string base = (only_run(scratch.runs("base")) / "generation-000" / "model").string();
  const auto said = [&](const std::string& name, std::vector<std::string> more) {
    std::vector<std::string> words{"run",
                                   study("tiny.ini"),
                                   "--runtime.runs=" + scratch.runs(name),
                                   "--study.generations=2",
                                   "--training.init=base",
                                   "--model.base=" + base,
                                   "--training.learning_rate=1e-12",
                                   "--sampling.samples=256"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = genloss(2, words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    return outcome.output;
  };
  const std::string frozen = said("frozen", {});
  EXPECT_NE(frozen.find("generation 1: none"), std::string::npos) << frozen;
  EXPECT_NE(frozen.find("\nhuman "), std::string::npos) << frozen;
  EXPECT_NE(frozen.find("time: training"), std::string::npos) << frozen;
  const std::string stuck = said("stuck", {"--sampling.top_k=1"});
  EXPECT_NE(stuck.find("generation 0 against human text: late"), std::string::npos) << stuck;
}

}  // namespace genloss
