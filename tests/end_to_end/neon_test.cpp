// Negative extrapolation from self-training (Neon): a model that was not trained to be what it is.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>

#include "storage/files/json.hpp"
#include "storage/tensors/safetensors.hpp"
#include "tests/support/program.hpp"

namespace genloss {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

namespace {

constexpr double bias = 0.8, w = 0.5, samples = 200, replicates = 4000;

std::vector<std::string> gaussian(const std::string& runs) {
  return {"run",
          study("gaussian-replace.ini"),
          "--runtime.runs=" + runs,
          "--study.generations=3",
          "--gaussian.replicates=4000",
          "--gaussian.sampling_bias=0.8",
          "--sampling.samples=200",
          "--sampling.shard_samples=100",
          "--training.extrapolation=0.5"};
}

double variance_of(const fs::path& run, const std::string& generation) {
  const auto file = run / generation / "measures.json";
  const nlohmann::json measures = storage::read_json(file, "genloss measures", 2);
  for (const auto& measure : measures.at("model_measures")) {
    if (measure.at("name") == "variance") return measure.at("value").get<double>();
  }
  ADD_FAILURE() << "no variance in " << file;
  return 0;
}

}  // namespace

TEST(neon, widens_a_gaussian_by_what_biased_sampling_narrows_it) {
  const Scratch one, three;
  ASSERT_EQ(genloss(0, gaussian(one.runs())).exit_code, 0);
  // E[(1 + w) s0 - w s1] with E[s1 | s0] = lambda s0 and E[s0] = 1; s0 and s1 / (lambda s0) are chi-square over M - 1.
  const double factor = 1 + w * (1 - bias);
  const double spread = 2 / (samples - 1) * (factor * factor + w * w * bias * bias * (1 + 2 / (samples - 1)));
  const fs::path run = only_run(one.runs());
  EXPECT_NEAR(variance_of(run, "generation-001"), factor, 4 * std::sqrt(spread / replicates));
  EXPECT_NEAR(variance_of(run, "generation-000"), 1, 4 * std::sqrt(2 / (samples - 1) / replicates))
      << "generation 0 has nothing to go away from";
  // Each generation multiplies by factor; the square of its spread adds up.
  EXPECT_NEAR(variance_of(run, "generation-002"), factor * factor,
              4 * std::sqrt(2 * spread * factor * factor / replicates));
  ASSERT_EQ(genloss(3, gaussian(three.runs())).exit_code, 0);
  EXPECT_EQ(verified_digests(only_run(three.runs())), verified_digests(run));
}

TEST(neon, is_a_line_through_the_weights_of_two_models) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, {"run", study("tiny.ini"), "--runtime.runs=" + scratch.runs(), "--study.generations=2",
                        "--training.init=previous"})
                .exit_code,
            0);
  const Scratch other;
  ASSERT_EQ(genloss(2, {"run", study("tiny.ini"), "--runtime.runs=" + other.runs(), "--study.generations=2",
                        "--training.init=previous", "--training.extrapolation=0:0,1:0.25"})
                .exit_code,
            0);
  const auto weights = [](const Scratch& runs, const char* generation) {
    return storage::SafetensorsFile(only_run(runs.runs()) / generation / "model/model.safetensors");
  };
  const auto start = weights(scratch, "generation-000"), trained = weights(scratch, "generation-001");
  const auto moved = weights(other, "generation-001");
  double farthest = 0;
  for (const auto& [name, tensor] : moved.tensors()) {
    const auto at = [&](const storage::SafetensorsFile& file, std::size_t i) {
      float value = 0;
      std::memcpy(&value, file.at(name).bytes.data() + i * sizeof(float), sizeof(float));
      return value;
    };
    for (std::size_t i = 0; i < tensor.bytes.size() / sizeof(float); ++i) {
      ASSERT_EQ(at(moved, i), static_cast<float>(1.25 * double{at(start, i)} - 0.25 * double{at(trained, i)})) << name;
      farthest = std::max(farthest, std::abs(double{at(trained, i)} - double{at(start, i)}));
    }
  }
  EXPECT_GT(farthest, 1e-3) << "the training had moved the weights";
  EXPECT_FALSE(verified_digests(only_run(other.runs())).empty());
}

TEST(neon, needs_something_that_training_began_with) {
  const Scratch scratch;
  const Outcome outcome =
      genloss(0, {"run", study("tiny.ini"), "--runtime.runs=" + scratch.runs(), "--training.extrapolation=0.5"});
  EXPECT_EQ(outcome.exit_code, 64);
  EXPECT_NE(outcome.output.find("training.init = previous"), std::string::npos) << outcome.output;
}

}  // namespace genloss
