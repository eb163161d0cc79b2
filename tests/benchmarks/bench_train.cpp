// genloss_bench train [--shape S|M|L] [--threads N] [--steps N] [--warmup N] [--lanes N] [--batch N] [--device
// cpu|cuda]
// [--precision fp32|bf16]: whole training steps of the product's trainer, on made-up tokens. Under mpirun: all ranks
// together. [--shards N] [--shard-windows N] [--dir DIR]: the tokens lie in a corpus of so many shards, and what
// reading them costs is told.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>

#include "jobs/random.hpp"
#include "storage/corpus/corpus_reader.hpp"
#include "tests/benchmarks/bench.hpp"
#include "workers/text/window_source.hpp"
#include "workers/training/gemm_peak.hpp"
#include "workers/training/transformer_trainer.hpp"

namespace genloss::bench {
namespace {

using Clock = std::chrono::steady_clock;

class RandomWindows : public workers::UnitSource {
 public:
  explicit RandomWindows(const workers::Architecture& a)
      : width_(static_cast<std::size_t>(a.context) + 1), vocabulary_(static_cast<std::uint64_t>(a.vocabulary)) {}
  [[nodiscard]] std::uint64_t units() const override { return 4096; }
  [[nodiscard]] std::size_t unit_bytes() const override { return width_ * sizeof(std::int32_t); }
  void read(std::uint64_t unit, std::span<std::byte> out) override {
    const jobs::CounterRandom random({1, jobs::Purpose::synthetic_load, 0});
    auto* const tokens = reinterpret_cast<std::int32_t*>(out.data());
    for (std::size_t i = 0; i < width_; ++i) tokens[i] = static_cast<std::int32_t>(random.below(vocabulary_, unit, i));
  }

 private:
  std::size_t width_;
  std::uint64_t vocabulary_;
};

/// Shards of one long sample each.
std::unique_ptr<workers::UnitSource> windows_in_shards(const workers::Architecture& a,
                                                       const std::filesystem::path& folder, std::uint64_t shards,
                                                       std::uint64_t shard_windows,
                                                       std::shared_ptr<storage::ShardCache> cache) {
  const jobs::CounterRandom random({1, jobs::Purpose::synthetic_load, 1});
  storage::CorpusManifest manifest;
  manifest.format = {storage::ElementType::u16, true, 0, {{storage::stop_column, storage::ElementType::u8}}};
  std::vector<std::uint16_t> tokens(shard_windows * static_cast<std::uint64_t>(a.context));
  std::vector<storage::ShardRecord> records;
  for (std::uint64_t shard = 0; shard < shards; ++shard) {
    storage::ShardWriter writer(folder, manifest.format, {{}, {}, 0, shard, shard, shard}, "bench");
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      tokens[i] = static_cast<std::uint16_t>(random.below(static_cast<std::uint64_t>(a.vocabulary), shard, i));
    }
    const double ended = storage::stop_ended;
    writer.append(std::as_bytes(std::span(tokens)), std::span(&ended, 1));
    records.push_back(writer.seal());
  }
  (void)storage::write_corpus_manifest(folder, manifest, records);
  auto corpus = std::make_shared<storage::CorpusReader>(folder, std::move(cache));
  return std::make_unique<workers::WindowSource>(std::make_unique<workers::CorpusStream>(std::move(corpus), 0),
                                                 static_cast<std::uint64_t>(a.context));
}

workers::MixReader mix_of(const workers::Architecture& a, std::unique_ptr<workers::UnitSource> source) {
  workers::MixPlan plan;
  plan.unit = "window";
  plan.unit_values = static_cast<std::uint64_t>(a.context);
  plan.sources.push_back({workers::CorpusSource{0}, {}, source->units(), source->units(), 0});
  std::vector<std::unique_ptr<workers::UnitSource>> sources;
  sources.push_back(std::move(source));
  return {plan, std::move(sources)};
}

jobs::StudySpec spec_of(const Options& options, const Shape& shape, long steps) {
  jobs::StudySpec spec;
  spec.model = shape.model;
  spec.training.batch = static_cast<int>(options.number("batch", shape.training_batch));
  spec.training.lanes = static_cast<int>(options.number("lanes", spec.training.lanes));
  spec.training.micro_batch = static_cast<int>(options.number("micro-batch", 0));
  if (options.text("reduction", "exact") == "fast") spec.training.reduction = jobs::Reduction::fast;
  if (options.text("precision", "fp32") == "bf16") spec.training.precision = jobs::Precision::bf16;
  spec.training.learning_rate = 3e-4;
  spec.training.clip = 1.0;
  spec.training.budget = {jobs::Budget::Unit::tokens,
                          static_cast<double>(steps) * spec.training.batch * spec.model.context};
  spec.runtime.threads = static_cast<int>(options.number("threads", 2));
  spec.runtime.checkpoint_seconds = 0;
  spec.runtime.log_steps = 1 << 30;
  return spec;
}

/// Of each step after the warm-up, on rank 0: time, and processor time of this process (which other programs on the
/// machine stretch less).
struct Laps {
  std::vector<double> seconds, processor_seconds;
  double loss = 0;
  double total = 0;  ///< seconds of the whole training
  workers::TrainOutcome outcome;
};

double processor_now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

Laps time_steps(const jobs::StudySpec& spec, const workers::Architecture& a, long warmup, workers::MixReader mix,
                workers::Accelerator* accelerator) {
  const auto folder = std::filesystem::temp_directory_path() / ("genloss-bench-" + std::to_string(::getpid()));
  workers::TransformerTrainer trainer(spec, a, accelerator);
  Laps laps;
  auto last = Clock::now();
  double processor_last = processor_now();
  const workers::TrainJob job{.generation = 0,
                              .ranks = ranks(),
                              .mix = mix,
                              .recipe = {},
                              .start_from = {},
                              .checkpoints = folder / "checkpoints",
                              .log = folder / "training.jsonl",
                              .attempt = "bench",
                              .stop_requested = {},
                              .report = [&](const workers::TrainProgress& progress) {
                                const auto now = Clock::now();
                                const double processor = processor_now();
                                if (progress.step > static_cast<std::uint64_t>(warmup)) {
                                  laps.seconds.push_back(std::chrono::duration<double>(now - last).count());
                                  laps.processor_seconds.push_back(processor - processor_last);
                                }
                                laps.loss = progress.loss;
                                last = now;
                                processor_last = processor;
                              }};
  laps.total = seconds([&] { laps.outcome = trainer.train(job); });
  std::filesystem::remove_all(folder);
  return laps;
}

}  // namespace

int bench_train(const std::vector<std::string>& args) {
  const Options options(args, {"shape", "threads", "steps", "warmup", "lanes", "batch", "micro-batch", "reduction",
                               "device", "precision", "shards", "shard-windows", "dir"});
  const auto accelerator = accelerator_of(options);
  const Shape shape = shape_named(options.text("shape", "S"));
  const long warmup = options.number("warmup", 3), steps = options.number("steps", 20);
  const jobs::StudySpec spec = spec_of(options, shape, warmup + steps);
  const workers::Architecture a = workers::architecture_of(spec, shape.vocabulary);
  const auto shards = static_cast<std::uint64_t>(options.number("shards", 0));
  std::optional<Folder> folder;
  const auto cache = std::make_shared<storage::ShardCache>();
  std::unique_ptr<workers::UnitSource> source = std::make_unique<RandomWindows>(a);
  if (shards > 0) {
    folder.emplace(options.text("dir", ""));
    const auto each = static_cast<std::uint64_t>(options.number("shard-windows", 64));
    source = windows_in_shards(a, folder->path() / "corpus", shards, each, cache);
  }
  const Laps laps = time_steps(spec, a, warmup, mix_of(a, std::move(source)), accelerator.get());
  const double peak = accelerator ? 0 : workers::gemm_peak() * ranks().size();
  const double step = median(laps.seconds);
  const double tokens = spec.training.batch * spec.model.context / (step > 0 ? step : 1);
  const double flops = tokens * workers::training_flops_per_token(a);
  emit({{"job", "train"},
        {"device", accelerator ? accelerator->description() : "cpu"},
        {"precision", options.text("precision", "fp32")},
        {"reduction", options.text("reduction", "exact")},
        {"shape", shape.name},
        {"batch", spec.training.batch},
        {"lanes", spec.training.lanes},
        {"threads", spec.runtime.threads},
        {"ranks", ranks().size()},
        {"params", workers::parameter_layout(a).parameter_count()},
        {"steps", steps},
        {"tokens_per_s", rounded(tokens)},
        {"step_s", rounded(step)},
        {"step_best_s", rounded(laps.seconds.empty() ? 0 : std::ranges::min(laps.seconds))},
        {"step_cpu_s", rounded(median(laps.processor_seconds))},
        {"gflops", rounded(flops / 1e9)},
        {"gemm_gflops", rounded(peak / 1e9)},
        {"peak_share", peak > 0 ? rounded(flops / peak) : 0},
        {"loss", rounded(laps.loss)},
        {"shards", shards},
        {"windows", laps.outcome.steps * static_cast<std::uint64_t>(spec.training.batch)},
        {"openings", cache->openings()},
        {"reading_share", rounded(laps.outcome.reading_seconds / laps.total)},
        {"waiting_share", rounded(laps.outcome.waiting_seconds / laps.total)}});
  return 0;
}

}  // namespace genloss::bench
