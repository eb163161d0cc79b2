#include "workers/families/closed_form_costs.hpp"

#include <algorithm>

#include "workers/costs/lane_costs.hpp"

namespace genloss::workers {
namespace {

constexpr std::uint64_t of_real = sizeof(double);
constexpr std::uint64_t bytes_of_measure = 240;  // in measures.json

}  // namespace

ModelCosts closed_form_costs(const jobs::StudySpec& spec, int ranks, const ClosedFormSizes& sizes) {
  const std::uint64_t chains = sizes.replicates, values = chains * sizes.sample_values;
  // Where a model keeps its mix, that of a corpus stands for all.
  const std::uint64_t of_chain = sizes.parameters + sizes.kept_parameters * spec.sampling.samples;
  const std::uint64_t sample_bytes = values * sizes.value_bytes;
  ModelCosts costs;
  costs.parameters = chains * of_chain;
  // Beside the tables: a state for each chain; header, config and manifest.
  costs.model_bytes = chains * sizes.parameters * of_real + chains + 900 + 110 * sizes.tables;
  costs.model_bytes_per_unit = chains * sizes.kept_parameters * of_real;
  costs.model_files = 3;
  costs.training_flops = sizes.fitting_flops * static_cast<double>(chains);
  costs.sampling_flops = sizes.sampling_flops * static_cast<double>(chains);
  costs.scoring_flops = sizes.measuring_flops * static_cast<double>(chains);
  costs.scored_shard_bytes = static_cast<double>((chains * sizes.corpus_sums + 1) * of_real);
  costs.measure_bytes = {bytes_of_measure * sizes.model_measures, bytes_of_measure * sizes.corpus_measures, 0};
  std::uint64_t buffers = 0, sent = 0;
  for (const std::uint64_t sums : sizes.sums) {
    const UnitSumCosts pass = unit_sum_costs(ranks, spec.training.lanes, chains * sums);
    buffers = std::max(buffers, pass.buffers);
    sent += pass.bytes_sent;
  }
  const std::uint64_t passes = std::max<std::size_t>(1, sizes.sums.size());
  if (sizes.sums.empty()) {
    const std::uint64_t part = (chains + static_cast<std::uint64_t>(ranks) - 1) / static_cast<std::uint64_t>(ranks);
    constexpr std::uint64_t most_bytes = std::uint64_t{256} << 20;  // of ChainFitting::each_chain()
    const std::uint64_t samples = spec.sampling.samples * sizes.sample_values * of_real;
    buffers = std::max(samples, std::min(most_bytes, part * samples)) + part * of_chain * of_real;
    sent = part * of_chain * of_real;
  }
  costs.step_bytes = sent / passes;
  costs.training_memory = {
      {"weights", costs.parameters * of_real}, {"gradients", buffers}, {"staging", 2 * sample_bytes}};
  costs.sampling_memory = {{"weights", (2 * costs.parameters + chains * sizes.drawer_reals) * of_real},
                           {"staging", (2 + spec.sampling.shard_samples) * sample_bytes}};
  costs.scoring_memory = {{"weights", 2 * costs.parameters * of_real}};
  costs.training = [passes](int, std::uint64_t units) { return TrainingAmount{passes, units}; };
  return costs;
}

}  // namespace genloss::workers
