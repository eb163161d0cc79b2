// genloss_bench sample --shape S|M|L --batch 64 --threads 2 [--new 256]: tokens per second of batched decoding.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "jobs/random.hpp"
#include "tests/benchmarks/bench.hpp"
#include "workers/sampling/decoder.hpp"
#include "workers/sampling/pick.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::bench {
namespace {

/// As the peers do: one-token prompt, all rows in step, `count` tokens drawn for each. @return seconds
double draw_batch(workers::Decoder& decoder, std::vector<workers::Picker>& pickers, int count) {
  const jobs::CounterRandom random({1, jobs::Purpose::synthetic_load, 0});
  std::vector<workers::DecodeToken> tokens(static_cast<std::size_t>(decoder.rows()));
  for (int row = 0; row < decoder.rows(); ++row) tokens[static_cast<std::size_t>(row)] = {row, 0, 0, true};
  std::vector<std::int32_t> picked(tokens.size());
  const auto start = std::chrono::steady_clock::now();
  for (int position = 0; position < count; ++position) {
    decoder.forward(tokens, [&](int thread, std::size_t token, std::span<const float> logits) {
      const double uniform = random.uniform(token, static_cast<std::uint64_t>(position));
      picked[token] = pickers[static_cast<std::size_t>(thread)].pick(logits, uniform).token;
    });
    for (std::size_t row = 0; row < tokens.size(); ++row) {
      tokens[row].position = position + 1;
      tokens[row].id = picked[row];
    }
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int bench_sample(const std::vector<std::string>& args) {
  const Options options(args, {"shape", "batch", "threads", "new", "repetitions"});
  const Shape shape = shape_named(options.text("shape", "S"));
  const int batch = static_cast<int>(options.number("batch", 64));
  const int threads = static_cast<int>(options.number("threads", 2));
  const int count = static_cast<int>(options.number("new", shape.model.context));
  jobs::StudySpec spec;
  spec.model = shape.model;
  const auto weights = workers::Weights::initial(workers::architecture_of(spec, shape.vocabulary), 1, 0);
  workers::Decoder decoder(std::make_shared<const workers::PackedModel>(weights), batch, threads);
  std::vector<workers::Picker> pickers(static_cast<std::size_t>(threads), workers::Picker({}, shape.vocabulary));

  draw_batch(decoder, pickers, count);  // warm-up
  std::vector<double> seconds;
  for (long i = 0; i < options.number("repetitions", 7); ++i) seconds.push_back(draw_batch(decoder, pickers, count));
  const double typical = median(seconds);
  nlohmann::ordered_json line;
  line["job"] = "sample";
  line["shape"] = shape.name;
  line["batch"] = batch;
  line["threads"] = threads;
  line["params"] = weights.layout().parameter_count();
  line["tokens_per_s"] = rounded(static_cast<double>(batch) * count / typical);
  line["step_s"] = rounded(typical / count);
  line["new"] = count;
  line["kernels"] = workers::kernels().name;
  line["repetitions"] = seconds.size();
  emit(line);
  return 0;
}

}  // namespace genloss::bench
