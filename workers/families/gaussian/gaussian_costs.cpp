// What workers/gaussian allocates, computes and sends, as arithmetic.

#include "workers/families/gaussian/gaussian_costs.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "workers/costs/lane_costs.hpp"
#include "workers/families/gaussian/gaussian_draws.hpp"
#include "workers/families/gaussian/gaussian_options.hpp"

namespace genloss::workers {
namespace {

using Size = std::uint64_t;
constexpr Size of_double = sizeof(double);

}  // namespace

ModelCosts gaussian_costs(const jobs::StudySpec& spec, int ranks) {
  const Size d = static_cast<Size>(gaussian_options(spec).dimension),
             replicates = static_cast<Size>(gaussian_options(spec).replicates);
  const Size values = replicates * d, triangles = replicates * (d * (d + 1) / 2);
  constexpr Size passes = 2;
  const UnitSumCosts means = unit_sum_costs(ranks, spec.training.lanes, values);
  const UnitSumCosts squares = unit_sum_costs(ranks, spec.training.lanes, triangles);
  ModelCosts costs;
  costs.parameters = values + replicates * d * d;
  costs.model_bytes = costs.parameters * of_double + 1'100;  // header, config, manifest
  costs.model_files = 3;
  costs.training_flops = static_cast<double>(values + 3 * triangles);
  costs.sampling_flops = static_cast<double>(replicates * d * (d + 1) + 40 * values);  // 40: a normal number
  costs.scoring_flops = static_cast<double>(2 * values);
  costs.step_bytes = (means.bytes_sent + squares.bytes_sent) / passes;
  costs.scored_shard_bytes = static_cast<double>((replicates + 1) * of_double);
  costs.measure_bytes = {1'650, 350, 0};
  costs.training_memory = {{"weights", costs.parameters * of_double},
                           {"gradients", std::max(means.buffers, squares.buffers)},
                           {"staging", 2 * values * of_double}};
  costs.sampling_memory = {{"weights", 2 * costs.parameters * of_double},
                           {"staging", (2 + spec.sampling.shard_samples) * values * of_double}};
  costs.scoring_memory = {{"weights", costs.parameters * of_double}};
  costs.training = [](int, Size units) { return TrainingAmount{passes, units}; };
  return costs;
}

MeasuredSpeeds gaussian_speeds(const jobs::StudySpec& spec) {
  const GaussianOptions& options = gaussian_options(spec);
  const GaussianTruth truth(options);
  const GaussianDraws draws(truth, static_cast<std::uint64_t>(options.replicates),
                            {spec.study.seed, jobs::Purpose::synthetic_load, 0});
  std::vector<double> values(draws.values());
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  double seconds = 0;
  std::uint64_t drawn = 0;
  for (; seconds < 0.1; ++drawn) {
    draws.draw(drawn, values);
    seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  const double sampling = static_cast<double>(drawn * values.size()) / seconds;
  // Two passes over all units; a unit is read about as fast as it is drawn.
  return {sampling / 2 / static_cast<double>(values.size()), sampling};
}

}  // namespace genloss::workers
