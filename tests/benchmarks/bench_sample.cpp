// genloss_bench sample --shape S|M|L --batch 64 --threads 2 [--new 256] [--rows n]: tokens per second of batched
// decoding. The batch is decoded by as many rows at a time as the sampler would choose, or by --rows (64: all of them
// in step). With --device cuda by one decoder on a GPU, whose rows are the batch.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "tests/benchmarks/bench.hpp"
#include "workers/numerics/kernels.hpp"
#include "workers/numerics/parallel.hpp"
#include "workers/numerics/threads.hpp"
#include "workers/sampling/decoder.hpp"
#include "workers/sampling/pick.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::bench {
namespace {

/// One-token prompt, `count` tokens drawn for each of the decoder's rows, in step.
void draw_rows(workers::TokenDecoder& decoder, workers::Picker& picker, int count, std::uint64_t first_sample) {
  const jobs::CounterRandom random({1, jobs::Purpose::synthetic_load, 0});
  std::vector<workers::DecodeToken> tokens(static_cast<std::size_t>(decoder.rows()));
  for (int row = 0; row < decoder.rows(); ++row) tokens[static_cast<std::size_t>(row)] = {row, 0, 0, true};
  std::vector<std::int32_t> picked(tokens.size());
  for (int position = 0; position < count; ++position) {
    decoder.forward(tokens, [&](std::size_t token, std::span<const float> logits) {
      const double uniform = random.uniform(first_sample + token, static_cast<std::uint64_t>(position));
      picked[token] = picker.pick(logits, uniform).token;
    });
    for (std::size_t row = 0; row < tokens.size(); ++row) {
      tokens[row].position = position + 1;
      tokens[row].id = picked[row];
    }
  }
}

/// Bytes per second that `threads` threads read from memory together: what limits decoding one sequence.
double read_bandwidth(int threads) {
  constexpr std::size_t floats = std::size_t{1} << 26;  // 256 MiB a thread, beyond every cache
  std::vector<workers::numerics::AlignedFloats> buffers;
  for (int t = 0; t < threads; ++t) buffers.emplace_back(floats);
  const std::vector<float> zeros(4096, 0.0F);
  double best = 0;
  for (int repetition = 0; repetition < 5; ++repetition) {
    const auto start = std::chrono::steady_clock::now();
    workers::numerics::run_on_threads(threads, [&](int thread) {
      const float* const from = buffers[static_cast<std::size_t>(thread)].data();
      for (std::size_t i = 0; i < floats; i += zeros.size()) {
        float sum = 0;
        workers::numerics::kernels().dot_rows(from + i, 0, zeros.data(), 0, 1, zeros.size(), &sum);
      }
    });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    best = std::max(best, static_cast<double>(threads) * static_cast<double>(floats * sizeof(float)) / seconds);
  }
  return best;
}

/// `batch` sequences, each thread its share, by as many rows at a time as its decoder has. @return seconds
double draw_batch(std::vector<workers::Decoder>& decoders, std::vector<workers::Picker>& pickers, int batch,
                  int count) {
  const int threads = static_cast<int>(decoders.size());
  const auto start = std::chrono::steady_clock::now();
  workers::numerics::run_on_threads(threads, [&](int thread) {
    const auto t = static_cast<std::size_t>(thread);
    const int share = batch / threads;
    for (int drawn = 0; drawn < share; drawn += decoders[t].rows()) {
      draw_rows(
          decoders[t], pickers[t], count,
          static_cast<std::uint64_t>(thread) * static_cast<std::uint64_t>(share) + static_cast<std::uint64_t>(drawn));
    }
  });
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int sample_on(workers::Accelerator& accelerator, const Options& options) {
  const Shape shape = shape_named(options.text("shape", "S"));
  const int batch = static_cast<int>(options.number("batch", 64));
  const int count = static_cast<int>(options.number("new", shape.model.context));
  jobs::StudySpec spec;
  spec.model = shape.model;
  const auto weights = workers::Weights::initial(workers::architecture_of(spec, shape.vocabulary), 1, 0);
  const auto decoder = accelerator.decoder(weights, batch);
  workers::Picker picker(workers::PickRule{}, shape.vocabulary);
  std::vector<double> seconds;
  for (long i = 0; i <= options.number("repetitions", 7); ++i) {
    const auto start = std::chrono::steady_clock::now();
    draw_rows(*decoder, picker, count, 0);
    if (i > 0) seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  const double typical = median(seconds);
  emit({{"job", "sample"},
        {"device", accelerator.description()},
        {"shape", shape.name},
        {"batch", batch},
        {"tokens_per_s", rounded(static_cast<double>(batch) * count / typical)},
        {"step_s", rounded(typical / count)},
        {"new", count},
        {"repetitions", seconds.size()}});
  return 0;
}

}  // namespace

int bench_sample(const std::vector<std::string>& args) {
  const Options options(args, {"shape", "batch", "threads", "new", "rows", "repetitions", "device"});
  if (const auto accelerator = accelerator_of(options)) return sample_on(*accelerator, options);
  const Shape shape = shape_named(options.text("shape", "S"));
  const int batch = static_cast<int>(options.number("batch", 64));
  const int threads = static_cast<int>(options.number("threads", 2));
  const int count = static_cast<int>(options.number("new", shape.model.context));
  jobs::StudySpec spec;
  spec.model = shape.model;
  const auto weights = workers::Weights::initial(workers::architecture_of(spec, shape.vocabulary), 1, 0);
  const int teams = workers::decoders_at_once(batch, threads);
  if (threads == 0 || batch % teams != 0) {
    throw Error(ExitCode::usage, "share", std::to_string(batch) + " sequences", "--threads does not divide them");
  }
  workers::numerics::use_threads(threads);
  const int best_rows = workers::rows_at_once(weights.architecture(), count, batch / teams);
  const int rows = static_cast<int>(options.number("rows", best_rows));
  if (rows == 0 || batch / teams % rows != 0) {
    throw Error(ExitCode::usage, "choose rows", std::to_string(rows), "they do not divide a thread's sequences");
  }
  const auto model = std::make_shared<const workers::PackedModel>(weights);
  std::vector<workers::Decoder> decoders;
  std::vector<workers::Picker> pickers;
  for (int t = 0; t < teams; ++t) {
    decoders.emplace_back(model, rows);
    pickers.emplace_back(workers::PickRule{}, shape.vocabulary);
  }

  draw_batch(decoders, pickers, batch, count);  // warm-up
  std::vector<double> seconds;
  for (long i = 0; i < options.number("repetitions", 7); ++i)
    seconds.push_back(draw_batch(decoders, pickers, batch, count));
  const double typical = median(seconds);
  nlohmann::ordered_json line;
  line["job"] = "sample";
  line["shape"] = shape.name;
  line["batch"] = batch;
  line["threads"] = threads;
  line["params"] = weights.layout().parameter_count();
  line["tokens_per_s"] = rounded(static_cast<double>(batch) * count / typical);
  line["step_s"] = rounded(typical / count);
  line["rows_per_thread"] = rows;
  line["new"] = count;
  line["instructions"] = workers::numerics::name_of(workers::numerics::instructions());
  if (batch == 1) {
    const double bytes = static_cast<double>(weights.layout().parameter_count()) * sizeof(float);
    const double bandwidth = read_bandwidth(threads);
    line["read_gb_per_s"] = rounded(bandwidth / 1e9);
    line["share_of_read_bandwidth"] = rounded(count / typical * bytes / bandwidth);
  }
  line["repetitions"] = seconds.size();
  emit(line);
  return 0;
}

}  // namespace genloss::bench
