#include "orchestrator/plan/rates.hpp"

#include <chrono>
#include <vector>

#include "workers/gaussian/gaussian_draws.hpp"
#include "workers/passes/pass_rate.hpp"
#include "workers/sampling/decoding_rate.hpp"
#include "workers/text/study_tokenizer.hpp"
#include "workers/transformer/architecture.hpp"

namespace genloss::orchestrator::plan {
namespace {

/// Numbers of the true distribution drawn per second.
double measure_gaussian_draws(const jobs::StudySpec& spec) {
  const workers::GaussianTruth truth(spec.gaussian);
  const auto replicates = static_cast<std::uint64_t>(spec.gaussian.replicates);
  const workers::GaussianDraws draws(truth, replicates, {spec.study.seed, jobs::Purpose::synthetic_load, 0});
  std::vector<double> values(draws.values());
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  double seconds = 0;
  std::uint64_t drawn = 0;
  for (; seconds < 0.1; ++drawn) {
    draws.draw(drawn, values);
    seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  return static_cast<double>(drawn * values.size()) / seconds;
}

const char* const here = "measured on this machine just now, with the study's own shape";

}  // namespace

Rates find_rates(const jobs::StudySpec& spec, const RatesGiven& given) {
  Rates rates;
  const bool measurable = spec.runtime.device == jobs::DeviceKind::cpu;
  const bool gaussian = spec.study.family == jobs::FamilyKind::gaussian;
  if (given.training) {
    rates.training = *given.training;
    rates.training_from = "given";
  }
  if (given.sampling) {
    rates.sampling = *given.sampling;
    rates.sampling_from = "given";
  }
  if (measurable && gaussian && (!given.training || !given.sampling)) {
    const double drawn = measure_gaussian_draws(spec);
    if (!given.sampling) rates.sampling = drawn;
    // Two passes over all units; a unit is read about as fast as it is drawn.
    if (!given.training) rates.training = drawn / 2 / (spec.gaussian.replicates * spec.gaussian.dimension);
  }
  if (measurable && !gaussian) {
    const auto shape = workers::architecture_of(spec, workers::vocabulary_of(spec));
    const auto& t = spec.training;
    const int rows = t.micro_batch > 0 ? t.micro_batch : t.batch / t.lanes;
    if (!given.training) rates.training = workers::measure_training_rate(shape, rows, spec.runtime.threads);
    if (!given.sampling) rates.sampling = workers::measure_sampling_rate(shape, spec);
  }
  if (!given.training) rates.training_from = measurable ? here : "not known: give --tokens-per-second-train";
  if (!given.sampling) rates.sampling_from = measurable ? here : "not known: give --tokens-per-second-sample";
  rates.scoring = 2 * rates.training;  // a forward pass is a third of a step's work, by slower code
  return rates;
}

}  // namespace genloss::orchestrator::plan
