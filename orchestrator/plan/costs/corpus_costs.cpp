#include "orchestrator/plan/costs/corpus_costs.hpp"

#include <algorithm>

#include "orchestrator/attempt/preflight.hpp"
#include "orchestrator/plan/costs/disk_costs.hpp"

namespace genloss::orchestrator::plan {

CorpusCosts corpus_costs(const jobs::StudySpec& spec, const workers::Family& family) {
  const std::uint64_t each = spec.sampling.shard_samples;
  const storage::CorpusManifest manifest = largest_corpus(spec, family);
  CorpusCosts costs;
  costs.samples = manifest.samples();
  costs.values = manifest.values() - manifest.prompt_values();
  costs.units = family.units().corpus_units(manifest);
  costs.shards = (costs.samples + each - 1) / each;
  const std::uint64_t per_sample = manifest.values() / costs.samples;
  const auto bytes = [&](std::uint64_t samples) {
    return plan::shard_bytes(manifest.format, samples, samples * per_sample);
  };
  const std::uint64_t full = costs.samples / each, rest = costs.samples % each;
  costs.largest_shard_bytes = bytes(std::min(each, costs.samples));
  costs.shard_bytes = full * bytes(each) + (rest > 0 ? bytes(rest) : 0);
  return costs;
}

}  // namespace genloss::orchestrator::plan
