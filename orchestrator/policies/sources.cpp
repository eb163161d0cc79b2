#include "orchestrator/policies/sources.hpp"

#include "jobs/error.hpp"

namespace genloss::orchestrator {
namespace {

void require(std::uint64_t quota, std::uint64_t available, const std::string& pool, const std::string& hint,
             const Pools& pools) {
  const std::string object = "the mix of generation " + std::to_string(pools.generation);
  if (quota == 0) {
    throw Error(ExitCode::bad_data, "plan", object, "the share of " + pool + " comes to no unit (" + pools.unit + ")",
                "make the mix larger (policy.size, sampling.samples) or the unit smaller");
  }
  if (quota > available) {
    throw Error(ExitCode::bad_data, "plan", object,
                "quota cannot be met: " + std::to_string(quota) + " units (" + pools.unit + ") wanted from " + pool +
                    ", which holds " + std::to_string(available),
                hint);
  }
}

}  // namespace

workers::MixSource take(const HumanPool& pool, std::uint64_t quota, std::uint32_t selection, const Pools& pools) {
  const bool held_out = pool.split == jobs::TrainableSplit::held_out;
  require(quota, pool.units, held_out ? "the human held_out split" : "the human train split",
          held_out
              ? "hold out more human text (data.held_out, data.held_out_fraction), lower policy.human_fraction, or "
                "take it from the train split (policy.human_pool = train)"
              : "add human text, or lower policy.human_fraction or policy.size",
          pools);
  return {workers::HumanSource{pool.split}, pool.digest, pool.units, quota, selection};
}

workers::MixSource take(const CorpusPool& pool, std::uint64_t quota, const Pools& pools) {
  require(quota, pool.units, "the corpus of generation " + std::to_string(pool.generation),
          "draw more samples (sampling.samples, sampling.max_tokens) or lower policy.size", pools);
  return {workers::CorpusSource{pool.generation}, pool.digest, pool.units, quota,
          static_cast<std::uint32_t>(pools.generation)};
}

const HumanPool& human_pool(const jobs::PolicySection& policy, const Pools& pools) {
  return policy.human_pool == jobs::TrainableSplit::train ? pools.train : pools.held_out;
}

std::uint64_t mix_units(const jobs::PolicySection& policy, const Pools& pools, std::uint64_t otherwise) {
  if (policy.size == 0) return otherwise;
  if (policy.size < pools.unit_values) {
    throw Error(ExitCode::bad_data, "plan", "the mix of generation " + std::to_string(pools.generation),
                "policy.size = " + std::to_string(policy.size) + " is less than one unit (" + pools.unit + ")",
                "give policy.size in tokens (text) or samples (reals)");
  }
  return policy.size / pools.unit_values;
}

}  // namespace genloss::orchestrator
