#pragma once
// What a model is trained on, as a plan: sources and quotas, no data. The output of a policy, the content of mix.json.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "jobs/study_spec.hpp"
#include "storage/corpus/chosen_samples.hpp"
#include "storage/files/digest.hpp"

namespace genloss::workers {

/// Human text that may be trained on. The test split cannot be said here (promise 5).
struct HumanSource {
  jobs::TrainableSplit split = jobs::TrainableSplit::train;
};
/// The corpus drawn from the model of `generation`.
struct CorpusSource {
  int generation = 0;
  int lineage = 0;  ///< 0: of the chain itself; else of another chain, numbered by the policy
};

/// Samples of a corpus that a selector has chosen: an index that is sealed beside the plan.
struct MixIndex {
  storage::Digest digest;     ///< of its file
  std::uint64_t samples = 0;  ///< how many, each time one comes
  std::string by;             ///< the selector, for people: not in the digest, which has what it chose
  std::shared_ptr<const storage::ChosenSamples> content{};  ///< where it was chosen; what is read has it in its file
};

/// One ingredient. A unit is what the family trains on: a window of tokens, or a sample of reals.
struct MixSource {
  std::variant<HumanSource, CorpusSource> origin;
  storage::Digest digest;       ///< of the split or of the corpus
  std::uint64_t available = 0;  ///< units there are
  std::uint64_t quota = 0;      ///< units taken, 0 < quota <= available
  /// Generation in the selection key: equal numbers select equal units ("kept"), different ones draw afresh.
  std::uint32_t selection = 0;
  std::uint64_t first = 0;  ///< of `available` in the order of their selection: the quota begins there, and goes round
  std::uint32_t pass = 0;   ///< a mix that holds units more than once gives each time an order of its own
  double weight = 1;        ///< of each of its units in the loss
  std::optional<MixIndex> index{};  ///< units are of these samples; nothing: of all
};

struct MixPlan {
  int generation = 0;             ///< of the model that is trained on it
  std::string unit;               ///< e.g. "window of 256 tokens"
  std::uint64_t unit_values = 0;  ///< tokens (reals) a unit counts for
  std::uint64_t seed = 0;         ///< study seed: selection and order are functions of it
  std::vector<MixSource> sources;
  std::vector<std::string>
      notes{};  ///< what could not be met, and what was done; not in the digest, which has the result

  [[nodiscard]] std::uint64_t units() const noexcept;  ///< per epoch: sum of quotas
  [[nodiscard]] bool weighted() const noexcept;        ///< some unit's weight is not 1
  /// Name of the file beside mix.json that holds the index of a source: equal ones are one file.
  [[nodiscard]] std::string index_file(std::size_t source) const;
  /// SHA-256 over all of the above: the mix digest.
  [[nodiscard]] storage::Digest digest() const;
  [[nodiscard]] nlohmann::ordered_json json() const;
  /// @throws Error(bad_data) if `document` is not a plan or its digest does not fit
  [[nodiscard]] static MixPlan parse(const nlohmann::json& document, const std::string& where);
};

}  // namespace genloss::workers
