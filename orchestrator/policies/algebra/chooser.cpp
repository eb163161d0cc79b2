#include "orchestrator/policies/algebra/chooser.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "jobs/error.hpp"

namespace genloss::orchestrator {

std::string text_of(const std::vector<Selector>& selectors) {
  std::string text;
  for (const Selector& selector : selectors) text += (text.empty() ? "" : " and ") + text_of(selector);
  return text;
}

double expected_share(const std::vector<Selector>& selectors) noexcept {
  double share = 1;
  for (const Selector& selector : selectors) share *= expected_share(selector);
  return share;
}

const Pools::Chosen& Chooser::chosen(const std::vector<Selector>& selectors, int generation) {
  const auto [known, is_new] = known_.try_emplace({text_of(selectors), generation});
  if (is_new) known->second = pools_.chosen(generation, samples(selectors, generation));
  return known->second;
}

std::vector<std::uint64_t> Chooser::samples(const std::vector<Selector>& selectors, int generation) const {
  const std::string object = "the mix of generation " + std::to_string(pools_.generation);
  if (!pools_.columns || !pools_.chosen) {
    throw Error(ExitCode::internal, "choose samples for", object, "no columns are at hand");
  }
  std::vector<std::uint64_t> chosen;
  for (std::size_t s = 0; s < selectors.size(); ++s) {
    std::vector<double> values = pools_.columns(selectors[s].column, generation);
    if (s > 0) {
      std::vector<double> of_chosen;
      for (const std::uint64_t sample : chosen) of_chosen.push_back(values.at(sample));
      values = std::move(of_chosen);
    }
    tell_missing(selectors[s], values, generation);
    constexpr std::uint64_t most_selectors = 256;
    const ChoiceKey key{pools_.seed, pools_.generation, static_cast<std::uint64_t>(generation) * most_selectors + s};
    try {
      std::vector<std::uint64_t> places = choose(selectors[s], values, key);
      if (s > 0)
        std::transform(places.begin(), places.end(), places.begin(), [&](auto place) { return chosen[place]; });
      chosen = std::move(places);
    } catch (const std::invalid_argument& e) {
      throw Error(ExitCode::bad_data, "choose samples for", object,
                  "corpus " + std::to_string(generation) + " cannot be chosen from by " + text_of(selectors[s]) + ": " +
                      e.what(),
                  "choose by another column, or by its rank");
    }
  }
  return chosen;
}

void Chooser::tell_missing(const Selector& selector, std::span<const double> values, int generation) const {
  const auto missing = std::count_if(values.begin(), values.end(), [](double value) { return std::isnan(value); });
  if (missing == 0) return;
  note_(std::to_string(missing) + " of " + std::to_string(values.size()) + " samples of corpus " +
        std::to_string(generation) + " have no value in " + selector.column + ", and are not chosen");
}

}  // namespace genloss::orchestrator
