#pragma once
// Which samples of a corpus a mix may take from, by a column of theirs: pure functions of values, seed and generation.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace genloss::orchestrator {

struct Selector {
  enum class Kind {
    top,     ///< the share with the largest values; of equal values that are not all taken, a random choice
    bottom,  ///< the share with the smallest
    above,   ///< value > threshold
    below,   ///< value < threshold
    equal,   ///< value == threshold
    not_equal,
    softmax,   ///< one of each `among`, with the softmax of value / temperature (Ferbach et al. 2024)
    weighted,  ///< drawn again by a function of the value
  } kind = Kind::top;
  std::string column;  ///< "surprise.mean": its name, and which of its values; of one value the name alone
  double share = 1;    ///< top, bottom: of the samples; weighted: draws, as a share of the samples
  double threshold = 0;
  /// A check that errs (Feng et al. 2024): what passes is kept with probability `hits`, what does not with
  /// `false_hits`.
  double hits = 1, false_hits = 0;
  std::uint64_t among = 2;
  double temperature = 1;
  enum class Weight {
    exponential,  ///< exp(value)
    identity,     ///< the value itself, from 0
    rank          ///< place among the values, the smallest 1
  } weight = Weight::exponential;
  /// How often a sample may come at most: draws are without replacement from so many copies of each, one after the
  /// other, with probabilities in proportion to the weights of what is left (for 1, Gumbel top-k; Xie et al. 2023).
  /// 0: with replacement.
  std::uint64_t cap = 0;
};

/// What fixes the random numbers of a choice.
struct ChoiceKey {
  std::uint64_t seed = 0;
  int generation = 0;       ///< of the mix
  std::uint64_t tweak = 0;  ///< tells apart choices of one mix
};

/// Places in `values` that are chosen, ascending; those that come more than once follow in further rounds, each
/// ascending. A value that is not a number is never chosen.
/// @throws std::invalid_argument if the values cannot be weights
[[nodiscard]] std::vector<std::uint64_t> choose(const Selector& selector, std::span<const double> values,
                                                const ChoiceKey& key);

/// The share of samples that is chosen, as far as it is known without values; at most, where it depends on them.
[[nodiscard]] double expected_share(const Selector& selector) noexcept;

/// As a study file says it: "surprise.mean top 50 %".
[[nodiscard]] std::string text_of(const Selector& selector);

}  // namespace genloss::orchestrator
