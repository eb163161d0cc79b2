#include "orchestrator/run/preflight.hpp"

#include "jobs/error.hpp"
#include "orchestrator/policies/policy.hpp"

namespace genloss::orchestrator {
namespace {

/// The largest corpus the study can draw: every sample of full length.
storage::CorpusManifest largest_corpus(const jobs::StudySpec& spec, const workers::Family& family) {
  storage::CorpusManifest manifest;
  manifest.format = family.corpus_format();
  storage::ShardRecord all;
  all.samples = spec.sampling.samples;
  all.values = all.samples * (manifest.format.ragged ? static_cast<std::uint64_t>(spec.sampling.max_tokens)
                                                     : manifest.format.sample_values);
  manifest.shards.push_back(all);
  return manifest;
}

Pools largest_pools(const jobs::StudySpec& spec, const workers::Family& family, int generation) {
  using jobs::TrainableSplit;
  const std::uint64_t corpus = family.corpus_units(largest_corpus(spec, family));
  Pools pools{generation,
              spec.study.seed,
              family.unit_name(),
              family.unit_values(),
              {TrainableSplit::train, family.human_units(TrainableSplit::train), {}},
              {TrainableSplit::held_out, family.human_units(TrainableSplit::held_out), {}},
              {}};
  for (int g = 0; g < generation; ++g) pools.corpora.push_back({g, corpus, {}});
  return pools;
}

}  // namespace

void check_device(const jobs::StudySpec& spec) {
  if (spec.runtime.device == jobs::DeviceKind::cuda) {
    throw Error(ExitCode::missing_resource, "use", "runtime.device = cuda", "this build of genloss has no CUDA plug-in",
                "use runtime.device = cpu");
  }
}

void check_before_start(const jobs::StudySpec& spec, const workers::Family& family, int ranks) {
  if (ranks > spec.training.lanes) {
    throw Error(ExitCode::usage, "start", std::to_string(ranks) + " ranks",
                "they are more than the " + std::to_string(spec.training.lanes) + " lanes of a step (training.lanes)",
                "start at most " + std::to_string(spec.training.lanes) +
                    " ranks, or raise training.lanes (which makes it another study)");
  }
  const int generations = spec.study.generations > 1 ? 2 : 1;
  for (int n = 0; n < generations; ++n) (void)plan_mix(spec.policy, largest_pools(spec, family, n));
}

}  // namespace genloss::orchestrator
