#pragma once
// Short trainings of tiny models on made-up text.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "comms/communicator.hpp"
#include "jobs/random.hpp"
#include "jobs/study_spec.hpp"
#include "tests/workers/training/fixtures.hpp"
#include "workers/family.hpp"
#include "workers/training/transformer_trainer.hpp"

namespace genloss::tests {

/// Windows in which every token is its predecessor plus a little noise: something to learn.
class MadeUpText : public workers::UnitSource {
 public:
  /// @param stride from a token to the next
  MadeUpText(int context, int vocabulary, std::uint64_t stride = 1)
      : width_(static_cast<std::size_t>(context) + 1), vocabulary_(vocabulary), stride_(stride) {}
  [[nodiscard]] std::uint64_t units() const override { return 64; }
  [[nodiscard]] std::size_t unit_bytes() const override { return width_ * sizeof(std::int32_t); }
  void read(std::uint64_t unit, std::span<std::byte> out) override {
    const jobs::CounterRandom random({5, jobs::Purpose::synthetic_load, 0});
    std::vector<std::int32_t> tokens(width_);
    std::uint64_t token = unit;
    for (std::size_t i = 0; i < width_; ++i) {
      token = (token + stride_ + random.below(3, unit, i)) % static_cast<std::uint64_t>(vocabulary_);
      tokens[i] = static_cast<std::int32_t>(token);
    }
    std::ranges::copy(std::as_bytes(std::span(tokens)), out.begin());
  }

 private:
  std::size_t width_;
  int vocabulary_;
  std::uint64_t stride_;
};

/// @param weights of units: of one source with 1; of two that share the units, otherwise
inline workers::MixReader made_up_mix(const workers::Architecture& a, const std::vector<double>& weights = {1}) {
  workers::MixPlan plan;
  plan.unit = "window";
  plan.unit_values = static_cast<std::uint64_t>(a.context);
  plan.seed = 1;
  std::vector<std::unique_ptr<workers::UnitSource>> sources;
  for (std::uint32_t s = 0; s < weights.size(); ++s) {
    plan.sources.push_back({workers::HumanSource{}, {}, 64, 64 / weights.size(), s});
    plan.sources.back().weight = weights[s];
    sources.push_back(std::make_unique<MadeUpText>(a.context, a.vocabulary));
  }
  return {plan, std::move(sources)};
}

inline jobs::StudySpec short_study() {
  jobs::StudySpec spec;
  spec.training.batch = 8;
  spec.training.lanes = 4;
  spec.training.micro_batch = 1;
  spec.training.learning_rate = 1e-2;
  spec.training.budget = {jobs::Budget::Unit::epochs, 1.5};  // 12 steps
  spec.runtime.checkpoint_seconds = 0;
  spec.runtime.log_steps = 1;
  return spec;
}

struct Training {
  workers::TrainOutcome outcome;
  std::vector<float> weights;
  std::vector<double> losses;  // on rank 0, of the steps of this call
};

/// Trains `a` in `folder` (log and checkpoints). `stop_after`: the step after which a stop is asked for.
inline Training train(const jobs::StudySpec& spec, const workers::Architecture& a, comms::Communicator& ranks,
                      const std::filesystem::path& folder, std::uint64_t stop_after = 0,
                      std::optional<std::filesystem::path> start = {}, std::uint8_t recipe = 1,
                      workers::Accelerator* accelerator = nullptr, const std::vector<double>& weights = {1},
                      workers::UnitSource* validation = nullptr) {
  workers::TransformerTrainer trainer(spec, a, accelerator);
  workers::MixReader mix = made_up_mix(a, weights);
  Training result;
  std::uint64_t asked = 0;
  storage::Digest digest;
  digest.bytes[0] = recipe;
  // Asked once per step: only the last rank wants to stop, all have to.
  const auto stop = [&] { return ++asked == stop_after && ranks.rank() == ranks.size() - 1; };
  result.outcome = trainer.train({.generation = 1,
                                  .ranks = ranks,
                                  .mix = mix,
                                  .recipe = digest,
                                  .start_from = std::move(start),
                                  .checkpoints = folder / "checkpoints",
                                  .log = folder / "training.jsonl",
                                  .attempt = "test",
                                  .stop_requested = stop,
                                  .report = [&](const workers::TrainProgress& p) { result.losses.push_back(p.loss); }},
                                 validation);
  result.weights.assign(trainer.weights().flat().begin(), trainer.weights().flat().end());
  return result;
}

/// A folder of rank 0 that all ranks know.
class SharedFolder {
 public:
  explicit SharedFolder(comms::Communicator& ranks) : ranks_(ranks) {
    if (ranks.is_root()) own_.emplace();
    path_ = ranks.broadcast_text(own_ ? own_->path().string() : "", 0, "test folder");
  }
  ~SharedFolder() { ranks_.barrier("test folder"); }
  SharedFolder(const SharedFolder&) = delete;
  SharedFolder& operator=(const SharedFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  comms::Communicator& ranks_;
  std::optional<TemporaryFolder> own_;
  std::filesystem::path path_;
};

}  // namespace genloss::tests
