#pragma once
// A mixing policy: a pure function from what there is to what the next model learns from.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "jobs/study_spec.hpp"
#include "orchestrator/policies/algebra/terms.hpp"
#include "orchestrator/policies/algebra/web.hpp"
#include "workers/mix/mix_plan.hpp"

namespace genloss::orchestrator {

/// Human text that may be trained on. There is no pool of test data, and no way to make one.
struct HumanPool {
  jobs::TrainableSplit split = jobs::TrainableSplit::train;
  std::uint64_t units = 0;
  storage::Digest digest;
};
struct CorpusPool {
  int generation = 0;
  std::uint64_t units = 0;
  storage::Digest digest;
};

/// Everything a policy may look at when it plans the mix of `generation`.
struct Pools {
  int generation = 0;
  std::uint64_t seed = 0;
  std::string unit;               ///< "window of 256 tokens"
  std::uint64_t unit_values = 1;  ///< tokens (samples) per unit
  HumanPool train, held_out;
  std::vector<CorpusPool> corpora;                ///< of generations 0 .. generation - 1
  std::vector<std::vector<CorpusPool>> others{};  ///< the same of each of others_of()
  WebSection web{};                               ///< as it is when `generation` is trained
  /// All values of a column ("surprise.mean") of the corpus of a generation, in the order of its samples. Empty:
  /// nothing can be selected.
  std::function<std::vector<double>(const std::string& column, int generation)> columns{};
  struct Chosen {
    std::shared_ptr<const storage::ChosenSamples> samples;
    std::uint64_t units = 0;
  };
  /// Samples of a corpus, chosen, as what they are to a mix.
  std::function<Chosen(int generation, std::span<const std::uint64_t> samples)> chosen{};
  /// Nothing is made yet: of selections, sizes are foretold, and none is made.
  bool foretold = false;
};

/// The mix of `pools.generation`. Generation 0 always learns from the human train split alone. What could not be met is
/// in its notes, with what was done (policy.shortfall).
/// @param policy with its schedules: fresh human text depends on what earlier mixes took
/// @throws Error(bad_data) if a quota cannot be met, naming pool, what is wanted and what there is
[[nodiscard]] workers::MixPlan plan_mix(const jobs::PolicySection& policy, const Pools& pools);

/// Other chains whose corpora it reads, in the order of its terms; CorpusSource::lineage is 1 + the place in it.
[[nodiscard]] std::vector<OtherChain> others_of(const jobs::PolicySection& policy, int generation);

/// Columns that the mix of `generation` is selected by: their names in the study, and the generations whose corpora
/// they are of; each pair once, ascending.
[[nodiscard]] std::vector<std::pair<std::string, int>> columns_of_mix(const jobs::PolicySection& policy,
                                                                      int generation);

/// Generations whose corpora of its own chain the mix of `generation` may take units from, as far as the policy alone
/// says it.
[[nodiscard]] std::vector<int> corpora_of_mix(const jobs::PolicySection& policy, int generation);
/// The same of another chain.
[[nodiscard]] std::vector<int> corpora_of_mix(const jobs::PolicySection& policy, int generation,
                                              const OtherChain& chain);

}  // namespace genloss::orchestrator
