#include "workers/sampling/decoding_rate.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "workers/numerics/parallel.hpp"
#include "workers/numerics/threads.hpp"
#include "workers/sampling/decoder.hpp"
#include "workers/sampling/pick.hpp"

namespace genloss::workers {
namespace {

constexpr std::size_t most_parameters = std::size_t{24} << 20;  // beyond every cache, and still quickly made
constexpr std::size_t most_cache_bytes = std::size_t{400} << 20;
constexpr double seconds_to_measure = 0.3;

Architecture part_of(Architecture part) {
  while (part.layers > 1 && parameter_layout(part).parameter_count() > most_parameters) part.layers /= 2;
  return part;
}

/// One token for each of the decoder's rows.
void step(Decoder& decoder, Picker& picker, int position) {
  std::vector<DecodeToken> tokens;
  tokens.reserve(static_cast<std::size_t>(decoder.rows()));
  for (int row = 0; row < decoder.rows(); ++row) tokens.push_back({row, position, 1, true});
  decoder.forward(tokens, [&](std::size_t, std::span<const float> logits) { (void)picker.pick(logits, 0.5); });
}

}  // namespace

double measure_sampling_rate(const Architecture& architecture, const jobs::StudySpec& spec) {
  const auto& sampling = spec.sampling;
  numerics::use_threads(spec.runtime.threads);
  const int count = decoders_at_once(sampling.batch, spec.runtime.threads);
  const int prompt = sampling.prompt == jobs::PromptSource::human ? sampling.prompt_tokens : 0;
  const Architecture part = part_of(architecture);
  const int wanted = rows_at_once(architecture, std::min(prompt + sampling.max_tokens, architecture.context),
                                  (sampling.batch + count - 1) / count);
  const int position = std::min(prompt + sampling.max_tokens / 2, architecture.context - 1);
  const int rows = std::clamp(static_cast<int>(most_cache_bytes / KvCache::row_bytes(part, part.context)), 1, wanted);
  const auto model = std::make_shared<const PackedModel>(Weights(part));
  std::vector<Decoder> decoders;
  std::vector<Picker> pickers;
  for (int t = 0; t < count; ++t) {
    decoders.emplace_back(model, rows);
    pickers.emplace_back(PickRule::of(sampling), part.vocabulary);
  }
  std::vector<double> rates(decoders.size());
  numerics::run_on_threads(count, [&](int thread) {
    const auto t = static_cast<std::size_t>(thread);
    step(decoders[t], pickers[t], position);
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    double seconds = 0;
    int steps = 0;
    for (; seconds < seconds_to_measure; ++steps) {
      step(decoders[t], pickers[t], position);
      seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    }
    rates[t] = steps * rows / seconds;
  });
  double sum = 0;
  for (const double rate : rates) sum += rate;
  return sum * part.layers / architecture.layers;
}

}  // namespace genloss::workers
