// The trainer of lanes with a network that is no transformer, on data that is no text.

#include <gtest/gtest.h>

#include <ATen/core/Tensor.h>

#include <cmath>

#include "tests/test_world.hpp"
#include "tests/workers/training/training_fixtures.hpp"
#include "workers/training/train_network.hpp"

namespace genloss::workers {
namespace {

using tests::ranks;

constexpr std::size_t inputs = 3;
constexpr float slopes[inputs] = {2, -1, 0.5}, height = 3;

struct Row {
  float x[inputs], y;
};

/// Rows on a plane.
class Plane final : public UnitSource {
 public:
  [[nodiscard]] std::uint64_t units() const override { return 96; }
  [[nodiscard]] std::size_t unit_bytes() const override { return sizeof(Row); }
  void read(std::uint64_t unit, std::span<std::byte> out) override {
    const jobs::CounterRandom random({6, jobs::Purpose::synthetic_load, 0});
    Row row{{}, height};
    for (std::size_t i = 0; i < inputs; ++i) {
      row.x[i] = static_cast<float>(random.normal(unit, i));
      row.y += slopes[i] * row.x[i];
    }
    std::ranges::copy(std::as_bytes(std::span(&row, 1)), out.begin());
  }
};

/// Half the square of a linear prediction's error, the inputs blurred by noise that belongs to a row's place in the
/// training.
class LinePass final : public LanePass {
 public:
  LinePass(const ParameterLayout& layout, const float* flat, double noise)
      : layout_(layout), flat_(flat), noise_(noise) {}
  void prepare() override {}
  void run(const LaneGroup& group, const GradientSink& sink, std::span<double> losses) override {
    std::vector<float> slope(inputs), constant(1);
    losses[0] = 0;
    for (std::size_t r = 0; r < group.rows; ++r) {
      Row row = row_at(group.units, r);
      const jobs::CounterRandom random({7, jobs::Purpose::synthetic_load, 0});
      for (std::size_t i = 0; i < inputs; ++i) {
        row.x[i] += static_cast<float>(noise_ * random.normal(group.position + r, i));
      }
      const double weight = group.weights.empty() ? 1 : group.weights[r], error = error_of(row);
      losses[0] += weight * error * error / 2;
      const auto factor = static_cast<float>(group.scale * weight * error);
      for (std::size_t i = 0; i < inputs; ++i) slope[i] += factor * row.x[i];
      constant[0] += factor;
    }
    sink(layout_.at("slope").offset, slope);
    sink(layout_.at("constant").offset, constant);
  }
  [[nodiscard]] double measure(std::span<const std::byte> units) override {
    double sum = 0;
    for (std::size_t r = 0; r < units.size() / sizeof(Row); ++r) sum += std::pow(error_of(row_at(units, r)), 2) / 2;
    return sum;
  }

 private:
  static Row row_at(std::span<const std::byte> units, std::size_t r) {
    Row row{};
    std::ranges::copy(units.subspan(r * sizeof row, sizeof row), std::as_writable_bytes(std::span(&row, 1)).begin());
    return row;
  }
  [[nodiscard]] double error_of(const Row& row) const {
    double at = flat_[layout_.at("constant").offset];
    for (std::size_t i = 0; i < inputs; ++i) at += double{flat_[layout_.at("slope").offset + i]} * row.x[i];
    return at - row.y;
  }

  ParameterLayout layout_;
  const float* flat_;
  double noise_;
};

class Line final : public Network {
 public:
  explicit Line(double noise) : noise_(noise) {
    layout_.add("slope", {1, inputs});
    layout_.add("constant", {1});
  }
  [[nodiscard]] const ParameterLayout& layout() const override { return layout_; }
  [[nodiscard]] TrainingUnit unit() const override { return {sizeof(Row), 1}; }
  [[nodiscard]] std::uint64_t targets(std::span<const std::byte>) const override { return 1; }
  [[nodiscard]] double training_flops() const override { return 6 * inputs; }
  [[nodiscard]] std::unique_ptr<LanePass> host_pass(const float* flat) const override {
    return std::make_unique<LinePass>(layout_, flat, noise_);
  }
  [[nodiscard]] std::unique_ptr<TensorLoss> tensor_loss(std::vector<at::Tensor>) const override { return nullptr; }

 private:
  ParameterLayout layout_;
  double noise_;
};

struct Fitted {
  TrainOutcome outcome;
  std::vector<float> parameters;
  double loss = 0;  // of the last step, on rank 0
};

Fitted fit(const Line& network, comms::Communicator& together, const std::filesystem::path& folder,
           std::uint64_t stop_after = 0, int patience = 0) {
  jobs::StudySpec spec = tests::short_study();
  spec.training.budget.amount = 20;
  spec.training.learning_rate = 0.2;
  spec.training.weight_decay = 0;
  spec.training.patience = patience;
  MixPlan plan;
  plan.unit = "row";
  plan.unit_values = 1;
  plan.seed = 1;
  plan.sources = {{HumanSource{}, {}, 96, 48, 0}, {CorpusSource{0}, {}, 96, 48, 1}};
  plan.sources[0].weight = 1.75;
  plan.sources[1].weight = 0.25;
  std::vector<std::unique_ptr<UnitSource>> sources;
  for (int s = 0; s < 2; ++s) sources.push_back(std::make_unique<Plane>());
  MixReader mix(plan, std::move(sources));
  Fitted result{{}, std::vector<float>(network.layout().flat_size()), 0};
  Plane validation;
  std::uint64_t asked = 0;
  result.outcome = train_network(spec, network, nullptr,
                                 {.generation = 0,
                                  .ranks = together,
                                  .mix = mix,
                                  .recipe = {},
                                  .start_from = {},
                                  .checkpoints = folder / "checkpoints",
                                  .log = folder / "training.jsonl",
                                  .attempt = "test",
                                  .stop_requested = [&] { return ++asked == stop_after; },
                                  .report = [&](const TrainProgress& p) { result.loss = p.loss; }},
                                 result.parameters, &validation);
  return result;
}

Fitted fit_alone(const Line& network, int patience = 0) {
  const tests::TemporaryFolder folder;
  const auto self = comms::make_self();
  return fit(network, *self, folder.path(), 0, patience);
}

TEST(any_network, is_trained_alike_at_any_number_of_ranks) {
  const Line network(0.3);
  const tests::SharedFolder folder(ranks());
  const Fitted together = fit(network, ranks(), folder.path()), alone = fit_alone(network);
  EXPECT_EQ(together.outcome.steps, 240U);
  EXPECT_EQ(together.outcome.tokens, 240U * 8U);
  EXPECT_EQ(together.parameters, alone.parameters);
  EXPECT_NE(together.parameters, fit_alone(Line(0)).parameters) << "the noise has been drawn";
}

TEST(any_network, learns) {
  const Fitted fitted = fit_alone(Line(0));
  for (std::size_t i = 0; i < inputs; ++i) EXPECT_NEAR(fitted.parameters[i], slopes[i], 0.05);
  EXPECT_NEAR(fitted.parameters[16], height, 0.05);
  EXPECT_LT(fitted.loss, 1e-2);
}

TEST(any_network, draws_in_a_resumed_training_what_it_would_have_drawn) {
  const Line network(0.3);
  const tests::SharedFolder folder(ranks());
  EXPECT_EQ(fit(network, ranks(), folder.path(), 100).outcome.end, TrainEnd::stopped);
  EXPECT_EQ(fit(network, ranks(), folder.path()).parameters, fit_alone(network).parameters);
}

TEST(any_network, is_watched_on_validation_data) {
  const Line network(0.3);
  const tests::SharedFolder folder(ranks());
  const Fitted together = fit(network, ranks(), folder.path(), 0, 1), alone = fit_alone(network, 1);
  EXPECT_GT(together.outcome.best_step, 0U);
  EXPECT_EQ(together.outcome.best_step, alone.outcome.best_step);
  EXPECT_EQ(together.parameters, alone.parameters);
}

}  // namespace
}  // namespace genloss::workers
