#include "orchestrator/policies/algebra/selection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "jobs/numbers.hpp"
#include "jobs/permutation.hpp"

namespace genloss::orchestrator {
namespace {

using Places = std::vector<std::uint64_t>;
using Kind = Selector::Kind;
using Weight = Selector::Weight;

/// The random numbers of one choice. Each use has its own.
class Draws {
 public:
  explicit Draws(const ChoiceKey& key) : key_(key), random_(random_key()) {}
  enum class Use : std::uint64_t { tie, check, pick, copy };
  [[nodiscard]] double uniform(std::uint64_t place, Use use, std::uint64_t nth = 0) const {
    return random_.uniform(place, position(use, nth));
  }
  /// Of two places with equal values, which comes first.
  [[nodiscard]] bool before(std::uint64_t a, std::uint64_t b) const {
    const auto of_a = random_.block(a, position(Use::tie, 0)), of_b = random_.block(b, position(Use::tie, 0));
    return of_a != of_b ? of_a < of_b : a < b;
  }
  [[nodiscard]] jobs::Permutation shuffle(std::uint64_t size) const { return {size, random_key(), key_.tweak}; }

 private:
  [[nodiscard]] jobs::RandomKey random_key() const {
    return {key_.seed, jobs::Purpose::mix_choose, static_cast<std::uint32_t>(key_.generation)};
  }
  [[nodiscard]] std::uint64_t position(Use use, std::uint64_t nth) const {
    return (key_.tweak << 32) ^ (nth << 2) ^ static_cast<std::uint64_t>(use);
  }
  ChoiceKey key_;
  jobs::CounterRandom random_;
};

/// Places that have a value.
Places with_value(std::span<const double> values) {
  Places places;
  places.reserve(values.size());
  for (std::uint64_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) places.push_back(i);
  }
  return places;
}

std::size_t part_of(double share, std::size_t whole) {
  return static_cast<std::size_t>(std::llround(share * static_cast<double>(whole)));
}

Places extremes(const Selector& selector, std::span<const double> values, const Draws& draws) {
  Places places = with_value(values);
  const std::size_t wanted = std::min(part_of(selector.share, values.size()), places.size());
  const bool top = selector.kind == Kind::top;
  const auto comes_first = [&](std::uint64_t a, std::uint64_t b) {
    if (values[a] != values[b]) return top ? values[a] > values[b] : values[a] < values[b];
    return top ? draws.before(a, b) : draws.before(b, a);  // so that two halves are a whole
  };
  std::nth_element(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(wanted), places.end(), comes_first);
  places.resize(wanted);
  std::sort(places.begin(), places.end());
  return places;
}

bool passes(const Selector& selector, double value) {
  switch (selector.kind) {
    case Kind::above:
      return value > selector.threshold;
    case Kind::below:
      return value < selector.threshold;
    case Kind::equal:
      return value == selector.threshold;
    default:
      return value != selector.threshold;
  }
}

Places checked(const Selector& selector, std::span<const double> values, const Draws& draws) {
  Places places = with_value(values);
  std::erase_if(places, [&](std::uint64_t i) {
    const double kept = passes(selector, values[i]) ? selector.hits : selector.false_hits;
    return draws.uniform(i, Draws::Use::check) >= kept;
  });
  return places;
}

/// One of the places of a group. Sums are in their order.
std::uint64_t pick(std::span<const std::uint64_t> group, const Selector& selector, std::span<const double> values,
                   double uniform) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const auto place : group) largest = std::max(largest, values[place]);
  std::vector<double> sums;
  for (const auto place : group) {
    const double weight = std::isinf(largest) ? (values[place] == largest ? 1.0 : 0.0)
                                              : std::exp((values[place] - largest) / selector.temperature);
    sums.push_back((sums.empty() ? 0 : sums.back()) + weight);
  }
  const auto found = std::upper_bound(sums.begin(), sums.end(), uniform * sums.back());
  return group[std::min<std::size_t>(static_cast<std::size_t>(found - sums.begin()), group.size() - 1)];
}

/// The samples are dealt into groups at random, so that choices share none: where samples are independent, choices
/// are. What is left of the last, smaller group is not chosen.
Places picked(const Selector& selector, std::span<const double> values, const Draws& draws) {
  const Places places = with_value(values);
  const jobs::Permutation shuffle = draws.shuffle(places.size());
  Places chosen, group(selector.among);
  for (std::uint64_t g = 0; g < places.size() / selector.among; ++g) {
    for (std::uint64_t k = 0; k < selector.among; ++k) group[k] = places[shuffle(g * selector.among + k)];
    chosen.push_back(pick(group, selector, values, draws.uniform(g, Draws::Use::pick)));
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

/// Natural logarithms of the weights of `places`.
std::vector<double> log_weights(const Selector& selector, const Places& places, std::span<const double> values,
                                const Draws& draws) {
  std::vector<double> logs(places.size());
  if (selector.weight == Weight::rank) {
    std::vector<std::size_t> order(places.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const double of_a = values[places[a]], of_b = values[places[b]];
      return of_a != of_b ? of_a < of_b : draws.before(places[a], places[b]);
    });
    for (std::size_t i = 0; i < order.size(); ++i) logs[order[i]] = std::log(static_cast<double>(i + 1));
    return logs;
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double value = values[places[i]];
    if (value == std::numeric_limits<double>::infinity()) throw std::invalid_argument("a weight is infinite");
    if (selector.weight == Weight::identity && value < 0) {
      throw std::invalid_argument("a weight is negative: " + significant_text(value, 6));
    }
    logs[i] = selector.weight == Weight::identity ? std::log(value) : value;
  }
  return logs;
}

Places with_replacement(const Places& places, const std::vector<double>& logs, std::size_t wanted, const Draws& draws) {
  const double largest = *std::max_element(logs.begin(), logs.end());
  std::vector<double> sums(logs.size());
  double sum = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) sums[i] = sum += std::exp(logs[i] - largest);
  Places chosen(wanted);
  for (std::size_t n = 0; n < wanted; ++n) {
    const double at = draws.uniform(n, Draws::Use::pick) * sum;
    const auto found = static_cast<std::size_t>(std::upper_bound(sums.begin(), sums.end(), at) - sums.begin());
    chosen[n] = places[std::min(found, places.size() - 1)];
  }
  return chosen;
}

/// Exponential waiting times whose rates are the weights: the first `wanted` are draws one after the other without
/// replacement (Efraimidis and Spirakis 2006), here of `cap` copies of each.
Places without_replacement(const Places& places, const std::vector<double>& logs, std::size_t wanted, std::uint64_t cap,
                           const Draws& draws) {
  struct Copy {
    double time;  // logarithm
    std::uint64_t place, nth;
    bool operator<(const Copy& other) const {
      if (time != other.time) return time < other.time;
      return place != other.place ? place < other.place : nth < other.nth;
    }
  };
  std::vector<Copy> copies;
  const auto keep_first = [&] {
    if (copies.size() <= wanted) return;
    std::nth_element(copies.begin(), copies.begin() + static_cast<std::ptrdiff_t>(wanted), copies.end());
    copies.resize(wanted);
  };
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (std::isinf(logs[i])) continue;  // a weight of 0
    for (std::uint64_t nth = 0; nth < cap; ++nth) {
      const double waited = -std::log1p(-draws.uniform(places[i], Draws::Use::copy, nth));
      copies.push_back({std::log(waited) - logs[i], places[i], nth});
    }
    if (copies.size() > 4 * wanted + 1024) keep_first();
  }
  keep_first();
  Places chosen;
  for (const Copy& copy : copies) chosen.push_back(copy.place);
  return chosen;
}

/// Ascending, what comes again in a round of its own: in a stream no text stands beside its own copy.
Places in_rounds(Places chosen) {
  std::sort(chosen.begin(), chosen.end());
  std::vector<std::pair<std::uint64_t, std::uint64_t>> by_round;  // round, place
  by_round.reserve(chosen.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const bool again = i > 0 && chosen[i] == chosen[i - 1];
    by_round.emplace_back(again ? by_round.back().first + 1 : 0, chosen[i]);
  }
  std::sort(by_round.begin(), by_round.end());
  std::transform(by_round.begin(), by_round.end(), chosen.begin(), [](const auto& one) { return one.second; });
  return chosen;
}

Places resampled(const Selector& selector, std::span<const double> values, const Draws& draws) {
  const Places places = with_value(values);
  const std::size_t wanted = part_of(selector.share, values.size());
  const auto logs = log_weights(selector, places, values, draws);
  const bool none = std::all_of(logs.begin(), logs.end(), [](double log) { return std::isinf(log); });
  if (none) return {};
  return in_rounds(selector.cap == 0 ? with_replacement(places, logs, wanted, draws)
                                     : without_replacement(places, logs, wanted, selector.cap, draws));
}

}  // namespace

std::vector<std::uint64_t> choose(const Selector& selector, std::span<const double> values, const ChoiceKey& key) {
  const Draws draws(key);
  switch (selector.kind) {
    case Kind::top:
    case Kind::bottom:
      return extremes(selector, values, draws);
    case Kind::softmax:
      return picked(selector, values, draws);
    case Kind::weighted:
      return resampled(selector, values, draws);
    default:
      return checked(selector, values, draws);
  }
}

double expected_share(const Selector& selector) noexcept {
  switch (selector.kind) {
    case Kind::top:
    case Kind::bottom:
      return selector.share;
    case Kind::softmax:
      return 1.0 / static_cast<double>(selector.among);
    case Kind::weighted:
      return selector.cap == 0 ? selector.share : std::min(selector.share, static_cast<double>(selector.cap));
    default:
      return std::max(selector.hits, selector.false_hits);
  }
}

std::string text_of(const Selector& selector) {
  const auto number = [](double value) { return significant_text(value, 6); };
  constexpr double percent = 100;
  const std::string share = number(percent * selector.share) + " %";
  std::string text = selector.column + " ";
  switch (selector.kind) {
    case Kind::top:
      return text + "top " + share;
    case Kind::bottom:
      return text + "bottom " + share;
    case Kind::softmax:
      text += "softmax " + std::to_string(selector.among);
      return selector.temperature == 1 ? text : text + " temperature " + number(selector.temperature);
    case Kind::weighted:
      text += std::string("weighted ") + (selector.weight == Weight::exponential ? "exp"
                                          : selector.weight == Weight::identity  ? "identity"
                                                                                 : "rank");
      if (selector.cap > 0) text += " cap " + std::to_string(selector.cap);
      return selector.share == 1 ? text : text + " draw " + share;
    case Kind::above:
      text += "above ";
      break;
    case Kind::below:
      text += "below ";
      break;
    case Kind::equal:
      text += "equal ";
      break;
    case Kind::not_equal:
      text += "not equal ";
      break;
  }
  text += number(selector.threshold);
  if (selector.hits == 1 && selector.false_hits == 0) return text;
  return text + " hits " + number(selector.hits) + " false " + number(selector.false_hits);
}

}  // namespace genloss::orchestrator
