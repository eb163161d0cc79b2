#pragma once
// Chooses samples of corpora, as terms say it, by the columns that there are.

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "orchestrator/policies/algebra/selection.hpp"
#include "orchestrator/policies/policy.hpp"

namespace genloss::orchestrator {

/// "surprise.mean top 50 % and words above 10"
[[nodiscard]] std::string text_of(const std::vector<Selector>& selectors);
/// Of one after the other.
[[nodiscard]] double expected_share(const std::vector<Selector>& selectors) noexcept;

/// Of one mix. Outlived by its pools.
class Chooser {
 public:
  using Note = std::function<void(const std::string&)>;
  Chooser(const Pools& pools, Note note) : pools_(pools), note_(std::move(note)) {}

  /// The first selector chooses of all samples of the corpus, the next of what it has left. What is chosen alike is
  /// chosen once. @throws Error(bad_data) if there are no columns, or their values do not fit
  [[nodiscard]] const Pools::Chosen& chosen(const std::vector<Selector>& selectors, int generation);

 private:
  [[nodiscard]] std::vector<std::uint64_t> samples(const std::vector<Selector>& selectors, int generation) const;
  void tell_missing(const Selector& selector, std::span<const double> values, int generation) const;

  const Pools& pools_;
  Note note_;
  std::map<std::pair<std::string, int>, Pools::Chosen> known_;  // by selectors and generation
};

}  // namespace genloss::orchestrator
