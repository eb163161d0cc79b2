#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "storage/tensors/checkpoint.hpp"
#include "tests/test_world.hpp"
#include "tests/workers/training/training_fixtures.hpp"
#include "workers/training/early_stopping.hpp"
#include "workers/training/schedule.hpp"

namespace genloss::workers {
namespace {

using tests::ranks;

/// What one rank alone makes of the same study; every rank computes it for itself.
tests::Training alone(const jobs::StudySpec& spec, const Architecture& a, const std::vector<double>& weights = {1}) {
  const tests::TemporaryFolder folder;
  const auto self = comms::make_self();
  return tests::train(spec, a, *self, folder.path(), 0, {}, 1, nullptr, weights);
}

TEST(early_stopping, counts_from_the_last_best_and_keeps_its_parameters) {
  BestSoFar best;
  std::vector<std::uint64_t> waited;
  std::uint64_t step = 0;
  for (const double loss : {3.0, 2.0, 2.5, 2.0, 1.0, std::numeric_limits<double>::quiet_NaN(), 1.2}) {
    ++step;
    best.take(step, loss, std::vector{static_cast<float>(step)});
    waited.push_back(best.waited);
  }
  EXPECT_EQ(waited, (std::vector<std::uint64_t>{0, 0, 1, 2, 0, 1, 2})) << "an equal loss, or none, is no better one";
  EXPECT_EQ(best.step, 5u);
  EXPECT_EQ(best.loss, 1.0);
  EXPECT_EQ(best.parameters, std::vector<float>{5});
}

TEST(trainer, gives_the_bits_of_one_rank_at_any_number_of_ranks) {
  for (const Architecture& a : tests::small_architectures()) {
    const tests::SharedFolder folder(ranks());
    const auto together = tests::train(tests::short_study(), a, ranks(), folder.path());
    EXPECT_EQ(together.outcome.end, TrainEnd::finished);
    EXPECT_EQ(together.outcome.steps, 12U);
    EXPECT_EQ(together.outcome.tokens, 12U * 8U * 20U);
    EXPECT_EQ(together.weights, alone(tests::short_study(), a).weights);
  }
}

TEST(trainer, weighs_units_alike_at_any_number_of_ranks) {
  const Architecture a = tests::small_architectures().front();
  jobs::StudySpec spec = tests::short_study();
  for (const double truncated : {0.0, 0.5}) {
    spec.training.truncated = truncated;
    const tests::SharedFolder folder(ranks());
    const auto together = tests::train(spec, a, ranks(), folder.path(), 0, {}, 1, nullptr, {1.5, 0.5});
    const auto one = alone(spec, a, {1.5, 0.5});
    EXPECT_EQ(together.weights, one.weights);
    EXPECT_NE(together.weights, alone(spec, a, {1, 1}).weights);
    if (!ranks().is_root()) continue;
    EXPECT_EQ(together.losses, one.losses);
    std::ifstream in(folder.path() / "training.jsonl");
    std::string line;
    ASSERT_TRUE(std::getline(in, line));
    EXPECT_EQ(nlohmann::json::parse(line).at("loss_is"), truncated > 0 ? "weighted, truncated at 0.5" : "weighted");
  }
}

TEST(trainer, does_not_divide_a_steps_loss_by_the_weights_it_drew) {
  const Architecture a = tests::small_architectures().front();
  const auto plain = alone(tests::short_study(), a).losses, halved = alone(tests::short_study(), a, {0.5}).losses;
  EXPECT_DOUBLE_EQ(halved.front(), plain.front() / 2);  // before the first update, to the bit: a half is exact
}

TEST(trainer, truncates_a_loss_and_says_so) {
  const Architecture a = tests::small_architectures().front();
  jobs::StudySpec spec = tests::short_study();
  spec.training.budget.amount = 20;
  const auto plain = alone(spec, a);
  spec.training.truncated = 0.3;
  const auto truncated = alone(spec, a);
  EXPECT_EQ(truncated.losses.front(), plain.losses.front()) << "nothing is sure at first";
  EXPECT_LT(truncated.losses.back(), 0.9 * plain.losses.back());
}

/// Text by another rule: what is learned of the text of the mix makes it less likely, sooner or later.
constexpr std::uint64_t other_stride = 9;

jobs::StudySpec watched_study() {
  jobs::StudySpec spec = tests::short_study();
  spec.training.budget.amount = 5;  // 40 steps
  spec.training.patience = 2;
  spec.training.validation_steps = 3;
  spec.training.validation_tokens = 20 * 7;  // an odd number of windows
  return spec;
}

tests::Training watched(const jobs::StudySpec& spec, const Architecture& a, comms::Communicator& together,
                        const std::filesystem::path& folder, std::uint64_t stop_after = 0,
                        std::uint64_t stride = other_stride) {
  tests::MadeUpText validation(a.context, a.vocabulary, stride);
  return tests::train(spec, a, together, folder, stop_after, {}, 1, nullptr, {1}, &validation);
}

TEST(trainer, ends_when_validation_gets_no_better_with_the_best_parameters_at_any_number_of_ranks) {
  for (const Architecture& a : tests::small_architectures()) {
    const tests::SharedFolder folder(ranks()), other(ranks());
    const tests::Training early = watched(watched_study(), a, ranks(), folder.path());
    EXPECT_EQ(early.outcome.end, TrainEnd::finished);
    EXPECT_GT(early.outcome.best_step, 0U);
    EXPECT_EQ(early.outcome.steps, early.outcome.best_step + 2 * 3);
    EXPECT_LT(early.outcome.steps, 40U);
    const auto self = comms::make_self();
    const tests::TemporaryFolder own;
    const tests::Training alone = watched(watched_study(), a, *self, own.path());
    EXPECT_EQ(early.weights, alone.weights);
    EXPECT_EQ(early.outcome.best_step, alone.outcome.best_step);
    jobs::StudySpec plain = watched_study();  // the same steps without looking, stopped where it was best
    plain.training.patience = 0;
    EXPECT_EQ(early.weights, tests::train(plain, a, ranks(), other.path(), early.outcome.best_step).weights);
  }
}

TEST(trainer, remembers_the_best_parameters_over_a_stop) {
  const Architecture a = tests::small_architectures().front();
  const auto self = comms::make_self();
  const tests::TemporaryFolder own;
  const tests::Training undisturbed = watched(watched_study(), a, *self, own.path());
  const std::uint64_t best = undisturbed.outcome.best_step;
  for (const std::uint64_t stop : {std::uint64_t{2}, best, best + 1, best + 4}) {
    const tests::SharedFolder folder(ranks());
    EXPECT_EQ(watched(watched_study(), a, ranks(), folder.path(), stop).outcome.end, TrainEnd::stopped);
    const tests::Training resumed = watched(watched_study(), a, ranks(), folder.path());
    EXPECT_EQ(resumed.outcome.best_step, best);
    EXPECT_EQ(resumed.outcome.steps, undisturbed.outcome.steps);
    EXPECT_EQ(resumed.weights, undisturbed.weights) << stop;
  }
}

TEST(trainer, only_looks_at_validation_that_gets_better_and_logs_it) {
  const Architecture a = tests::small_architectures().front();
  const tests::SharedFolder folder(ranks());
  jobs::StudySpec spec = watched_study();
  spec.runtime.log_steps = 5;
  spec.training.patience = 1000;
  const tests::Training watching = watched(spec, a, ranks(), folder.path(), 0, 1);
  EXPECT_EQ(watching.outcome.steps, 40U);
  EXPECT_GT(watching.outcome.best_step, 30U);
  if (!ranks().is_root()) return;
  spec.training.patience = 0;
  EXPECT_EQ(watching.losses, alone(spec, a).losses);
  std::ifstream in(folder.path() / "training.jsonl");
  double before = 100;
  for (std::string line; std::getline(in, line);) {
    const auto entry = nlohmann::json::parse(line);
    const auto step = entry.at("step").get<int>();
    EXPECT_EQ(entry.contains("validation_loss"), step % 3 == 0 || step == 40) << line;
    EXPECT_TRUE(step % 3 == 0 || step % 5 == 0) << line;
    if (!entry.contains("validation_loss")) continue;
    EXPECT_LT(entry.at("validation_loss").get<double>(), before + 0.1);
    before = entry.at("validation_loss").get<double>();
  }
  EXPECT_LT(before, std::log(37.0) - 0.3);
}

TEST(trainer, refuses_to_watch_nothing) {
  const Architecture a = tests::small_architectures().front();
  class Nothing final : public UnitSource {
   public:
    [[nodiscard]] std::uint64_t units() const override { return 0; }
    [[nodiscard]] std::size_t unit_bytes() const override { return 84; }
    void read(std::uint64_t, std::span<std::byte>) override {}
  } nothing;
  const tests::SharedFolder folder(ranks());
  try {
    static_cast<void>(tests::train(watched_study(), a, ranks(), folder.path(), 0, {}, 1, nullptr, {1}, &nothing));
    ADD_FAILURE() << "watched nothing";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    EXPECT_NE(error.hint().find("data.validation"), std::string::npos);
  }
}

TEST(trainer, learns) {
  for (const Architecture& a : tests::small_architectures()) {
    jobs::StudySpec spec = tests::short_study();
    spec.training.budget.amount = 20;
    const auto losses = alone(spec, a).losses;
    EXPECT_NEAR(losses.front(), std::log(37.0), 0.1);
    EXPECT_LT(losses.back(), 1.5);  // the text has log(3) = 1.10 nats per token
  }
}

TEST(trainer, resumes_after_a_stop_with_the_bits_of_an_undisturbed_run) {
  for (const Architecture& a : tests::small_architectures()) {
    const tests::SharedFolder folder(ranks());
    const auto stopped = tests::train(tests::short_study(), a, ranks(), folder.path(), 5);
    EXPECT_EQ(stopped.outcome.end, TrainEnd::stopped);
    EXPECT_EQ(stopped.outcome.steps, 5U);
    const auto resumed = tests::train(tests::short_study(), a, ranks(), folder.path());
    EXPECT_EQ(resumed.outcome.end, TrainEnd::finished);
    if (ranks().is_root()) {
      EXPECT_EQ(resumed.losses.size(), 7U);
    }
    EXPECT_EQ(resumed.weights, alone(tests::short_study(), a).weights);
  }
}

TEST(trainer, resumes_at_another_number_of_ranks) {
  const Architecture a = tests::small_architectures().front();
  jobs::StudySpec spec = tests::short_study();
  spec.runtime.checkpoint_steps = 4;
  const tests::SharedFolder folder(ranks());
  static_cast<void>(tests::train(spec, a, ranks(), folder.path(), 6));
  const tests::TemporaryFolder copy;  // everyone goes on alone
  std::filesystem::copy(folder.path(), copy.path(), std::filesystem::copy_options::recursive);
  const auto self = comms::make_self();
  EXPECT_EQ(tests::train(spec, a, *self, copy.path()).weights, alone(spec, a).weights);
}

TEST(trainer, keeps_the_last_two_checkpoints) {
  jobs::StudySpec spec = tests::short_study();
  spec.runtime.checkpoint_steps = 2;
  const tests::SharedFolder folder(ranks());
  static_cast<void>(tests::train(spec, tests::small_architectures().front(), ranks(), folder.path()));
  if (!ranks().is_root()) return;
  int kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "checkpoints")) {
    kept += entry.is_directory() ? 1 : 0;
  }
  EXPECT_EQ(kept, 2);
  EXPECT_EQ(storage::newest_checkpoint(folder.path() / "checkpoints"),
            storage::checkpoint_path(folder.path() / "checkpoints", 10));
}

TEST(trainer, refuses_a_checkpoint_of_another_recipe) {
  const Architecture a = tests::small_architectures().front();
  const tests::SharedFolder folder(ranks());
  static_cast<void>(tests::train(tests::short_study(), a, ranks(), folder.path(), 3));
  try {
    static_cast<void>(tests::train(tests::short_study(), a, ranks(), folder.path(), 0, {}, 2));
    ADD_FAILURE() << "went on from another study's checkpoint";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(trainer, cuts_its_log_back_to_the_checkpoint) {
  const Architecture a = tests::small_architectures().front();
  jobs::StudySpec spec = tests::short_study();
  const tests::SharedFolder folder(ranks());
  static_cast<void>(tests::train(spec, a, ranks(), folder.path(), 5));
  if (ranks().is_root()) {
    std::ofstream(folder.path() / "training.jsonl", std::ios::app) << R"({"step":6,"loss":1})"
                                                                   << "\n{\"step\":7,";
  }
  static_cast<void>(tests::train(spec, a, ranks(), folder.path()));
  if (!ranks().is_root()) return;
  std::ifstream in(folder.path() / "training.jsonl");
  std::uint64_t expected = 0;
  for (std::string line; std::getline(in, line);) {
    EXPECT_EQ(nlohmann::json::parse(line).at("step").get<std::uint64_t>(), ++expected);
  }
  EXPECT_EQ(expected, 12U);
}

TEST(trainer, names_the_step_at_which_the_loss_stops_being_finite) {
  jobs::StudySpec spec = tests::short_study();
  spec.training.learning_rate = 1e30;
  const tests::SharedFolder folder(ranks());
  try {
    static_cast<void>(tests::train(spec, tests::small_architectures().front(), ranks(), folder.path()));
    ADD_FAILURE() << "trained on";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    EXPECT_NE(std::string(error.what()).find("at step "), std::string::npos);
    EXPECT_NE(error.hint().find("learning_rate"), std::string::npos);
  }
}

TEST(trainer, starts_from_a_given_model_of_the_same_architecture_only) {
  const auto shapes = tests::small_architectures();
  const tests::SharedFolder folder(ranks()), model(ranks());
  if (ranks().is_root()) Weights::initial(shapes[1], 3, 0).save(model.path(), 0);
  ranks().barrier("model");
  jobs::StudySpec spec = tests::short_study();
  spec.training.learning_rate = 0;
  spec.training.weight_decay = 0;
  const auto still = tests::train(spec, shapes[1], ranks(), folder.path(), 0, model.path());
  EXPECT_TRUE(std::ranges::equal(still.weights, Weights::initial(shapes[1], 3, 0).flat()));
  EXPECT_THROW(static_cast<void>(tests::train(spec, shapes[0], ranks(), folder.path(), 0, model.path())), Error);
}

TEST(trainer, at_fast_reduction_comes_close_to_the_exact_one) {
  const Architecture a = tests::small_architectures().back();
  jobs::StudySpec spec = tests::short_study();
  const auto exact = alone(spec, a).losses;
  spec.training.reduction = jobs::Reduction::fast;
  const tests::SharedFolder folder(ranks());
  const auto fast = tests::train(spec, a, ranks(), folder.path());
  if (ranks().is_root()) {
    EXPECT_NEAR(fast.losses.back(), exact.back(), 1e-3);
  }
}

TEST(schedule, buys_steps_by_tokens_or_by_passes) {
  jobs::TrainingSection t;
  t.batch = 8;
  t.budget = {jobs::Budget::Unit::tokens, 1000};
  EXPECT_EQ(training_steps(t, 25, 99), 5U);
  t.budget.amount = 1001;
  EXPECT_EQ(training_steps(t, 25, 99), 6U);
  t.budget = {jobs::Budget::Unit::epochs, 2};
  EXPECT_EQ(training_steps(t, 25, 10), 3U);
  t.budget.amount = 0.01;
  EXPECT_EQ(training_steps(t, 25, 10), 1U);
}

TEST(schedule, warms_up_then_falls_to_its_final_ratio) {
  jobs::TrainingSection t;
  t.learning_rate = 2;
  t.warmup_fraction = 0.1;
  t.final_learning_rate_ratio = 0.25;
  EXPECT_DOUBLE_EQ(learning_rate(t, 0, 100), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate(t, 9, 100), 2.0);
  EXPECT_DOUBLE_EQ(learning_rate(t, 10, 100), 2.0);
  EXPECT_NEAR(learning_rate(t, 55, 100), 2 * (0.25 + 0.75 / 2), 1e-12);
  EXPECT_NEAR(learning_rate(t, 99, 100), 0.5, 2e-3);
}

}  // namespace
}  // namespace genloss::workers
