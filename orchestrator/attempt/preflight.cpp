#include "orchestrator/attempt/preflight.hpp"

#include "jobs/error.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator {
namespace {

Pools largest_pools(const jobs::StudySpec& spec, const workers::Family& family, int generation) {
  const std::uint64_t corpus = family.units().corpus_units(largest_corpus(spec, family));
  Pools pools = pools_of_humans(spec, family, generation);
  pools.foretold = true;
  for (int g = 0; g < generation; ++g) pools.corpora.push_back({g, corpus, {}});
  pools.others.assign(others_of(spec.policy, generation).size(), pools.corpora);  // taken to be like its own
  return pools;
}

}  // namespace

storage::CorpusManifest largest_corpus(const jobs::StudySpec& spec, const workers::Family& family) {
  const auto& sampling = spec.sampling;
  storage::CorpusManifest manifest;
  manifest.format = family.drawer().corpus_format();
  storage::ShardCounts& all = manifest.totals;
  all.samples = sampling.fewest_samples();
  if (manifest.format.ragged) {
    const bool prompted = sampling.prompt == jobs::PromptSource::human;
    all.prompt_values = prompted ? all.samples * static_cast<std::uint64_t>(sampling.prompt_tokens) : 0;
    all.values = all.prompt_values + all.samples * static_cast<std::uint64_t>(sampling.max_tokens);
  } else {
    all.values = all.samples * manifest.format.sample_values;
  }
  manifest.shards = 1;
  return manifest;
}

Pools pools_of_humans(const jobs::StudySpec& spec, const workers::Family& family, int generation) {
  using jobs::TrainableSplit;
  return {generation,
          spec.study.chain_seed(),
          family.units().unit_name(),
          family.units().unit_values(),
          {TrainableSplit::train, family.units().human_units(TrainableSplit::train),
           family.units().human_digest(TrainableSplit::train)},
          {TrainableSplit::held_out, family.units().human_units(TrainableSplit::held_out),
           family.units().human_digest(TrainableSplit::held_out)},
          {},
          {},
          spec.parts.of<WebSection>().of(generation)};
}

void check_before_start(const jobs::StudySpec& spec, const workers::Family& family, int ranks) {
  if (ranks > spec.training.lanes && spec.runtime.device == jobs::DeviceKind::cuda) {
    throw Error(ExitCode::usage, "start", std::to_string(ranks) + " ranks for a chain",
                "they are more than the " + std::to_string(spec.training.lanes) +
                    " lanes of a step (training.lanes), and each has a GPU",
                "start at most " + std::to_string(spec.training.lanes) +
                    " ranks for each chain, or raise training.lanes (which makes it another study)");
  }
  if (spec.training.precision == jobs::Precision::bf16 && spec.runtime.device != jobs::DeviceKind::cuda) {
    throw Error(ExitCode::usage, "start", "training.precision = bf16",
                "it is for GPUs: cores are several times slower at it than at fp32",
                "use runtime.device = cuda, or training.precision = fp32 (which makes it another study)");
  }
  const auto& training = spec.training;
  const bool extrapolates = training.extrapolation > 0 || !training.later_extrapolations.empty();
  if (extrapolates && training.init == jobs::Initialisation::fresh && workers::family_type(spec).logs_steps) {
    throw Error(ExitCode::usage, "start", "training.extrapolation, training.init = fresh",
                "a model that begins with random weights has nothing to be extrapolated from",
                "set training.init = previous or base");
  }
  if (family.tokenizing() == nullptr || family.tokenizing()->counted()) check_mixes(spec, family);
}

void check_mixes(const jobs::StudySpec& spec, const workers::Family& family) {
  const int generations = spec.study.generations > 1 ? 2 : 1;
  for (int n = 0; n < generations; ++n) (void)plan_mix(spec.policy, largest_pools(spec, family, n));
}

}  // namespace genloss::orchestrator
