// What each selector chooses, against its distribution: over many seeds, within 4 standard errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>

#include "orchestrator/policies/algebra/selection.hpp"

namespace genloss::orchestrator {
namespace {

using Kind = Selector::Kind;
using Places = std::vector<std::uint64_t>;
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr int seeds = 4000;

Selector of_kind(Kind kind) {
  Selector selector;
  selector.kind = kind;
  selector.column = "column";
  return selector;
}

Places chosen(const Selector& selector, const std::vector<double>& values, std::uint64_t seed = 1) {
  return choose(selector, values, {seed, 3, 0});
}

/// Mean of `count` over seeds, minus what it should be, in standard errors of its standard deviation.
template <class Count>
double off(double mean, double deviation, const Count& count) {
  double sum = 0;
  for (int seed = 0; seed < seeds; ++seed) sum += count(static_cast<std::uint64_t>(seed));
  return (sum / seeds - mean) / (deviation / std::sqrt(seeds));
}

TEST(selection, top_and_bottom_take_their_share_and_the_largest_and_smallest) {
  const std::vector<double> values = {3, 1, no_number, 7, 5, 2, 9, no_number, 8, 4};
  Selector selector = of_kind(Kind::top);
  selector.share = 0.3;
  EXPECT_EQ(chosen(selector, values), (Places{3, 6, 8}));
  selector.kind = Kind::bottom;
  EXPECT_EQ(chosen(selector, values), (Places{0, 1, 5}));
  selector.share = 1;
  EXPECT_EQ(chosen(selector, values), (Places{0, 1, 3, 4, 5, 6, 8, 9})) << "what has no value is never chosen";
}

TEST(selection, of_equal_values_a_uniform_choice_without_replacement_is_taken) {
  // 10 larger than all, and 30 equal ones of which the share leaves room for 10: of the first 12 of these a
  // hypergeometric number.
  std::vector<double> values(40, 1.0);
  std::fill_n(values.begin(), 10, 2.0);
  Selector selector = of_kind(Kind::top);
  selector.share = 0.5;
  const double n = 10, all = 30, marked = 12, mean = n * marked / all;
  const double variance = mean * (1 - marked / all) * (all - n) / (all - 1);
  const auto of_marked = [&](std::uint64_t seed) {
    const auto places = chosen(selector, values, seed);
    EXPECT_EQ(places.size(), 20u);
    EXPECT_EQ(std::count_if(places.begin(), places.end(), [](auto p) { return p < 10; }), 10);
    return static_cast<double>(std::count_if(places.begin(), places.end(), [](auto p) { return p >= 10 && p < 22; }));
  };
  EXPECT_LT(std::abs(off(mean, std::sqrt(variance), of_marked)), 4);
  // The variance, too: a binomial one is 29 / 20 of it.
  const auto squared = [&](std::uint64_t seed) { return std::pow(of_marked(seed) - mean, 2); };
  EXPECT_LT(std::abs(off(variance, 1.5 * variance, squared)), 4);
}

TEST(selection, thresholds_compare_and_what_is_no_number_passes_none) {
  const std::vector<double> values = {-1, 0, 0.5, no_number, 1};
  Selector selector = of_kind(Kind::above);
  EXPECT_EQ(chosen(selector, values), (Places{2, 4}));
  selector.kind = Kind::below;
  EXPECT_EQ(chosen(selector, values), (Places{0}));
  selector.kind = Kind::equal;
  EXPECT_EQ(chosen(selector, values), (Places{1}));
  selector.kind = Kind::not_equal;
  EXPECT_EQ(chosen(selector, values), (Places{0, 2, 4}));
}

TEST(selection, a_check_that_errs_keeps_what_passes_and_what_does_not_with_its_probabilities) {
  std::vector<double> values(100, 0.0);
  std::fill_n(values.begin(), 30, 1.0);
  Selector selector = of_kind(Kind::above);
  selector.threshold = 0.5;
  selector.hits = 0.8;
  selector.false_hits = 0.3;
  const auto right = [&](std::uint64_t seed) {
    const auto places = chosen(selector, values, seed);
    return static_cast<double>(std::count_if(places.begin(), places.end(), [](auto p) { return p < 30; }));
  };
  const auto wrong = [&](std::uint64_t seed) {
    return static_cast<double>(chosen(selector, values, seed).size()) - right(seed);
  };
  EXPECT_LT(std::abs(off(30 * 0.8, std::sqrt(30 * 0.8 * 0.2), right)), 4);
  EXPECT_LT(std::abs(off(70 * 0.3, std::sqrt(70 * 0.3 * 0.7), wrong)), 4);
  EXPECT_GT(std::abs(off(70 * 0.31, std::sqrt(70 * 0.3 * 0.7), wrong)), 4) << "a wrong rate is not noticed";
}

TEST(selection, one_of_k_has_the_probability_of_the_softmax_in_its_group) {
  // Two samples of value r and two of 0, in two pairs that share none: with probability 2/3 both pairs are mixed, and
  // of each r is chosen with s = sigmoid(r / T); else one pair is of r alone.
  const double r = 1.3, temperature = 0.7, s = 1 / (1 + std::exp(-r / temperature));
  Selector selector = of_kind(Kind::softmax);
  selector.temperature = temperature;
  const double mean = 1.0 / 3 + 2.0 / 3 * 2 * s;
  const double square = 1.0 / 3 + 2.0 / 3 * (2 * s * (1 - s) + 4 * s * s);
  const auto of_value = [&](std::uint64_t seed) {
    const auto places = chosen(selector, {r, 0, r, 0}, seed);
    EXPECT_EQ(places.size(), 2u);
    EXPECT_LT(places[0], places[1]) << "each sample once at most";
    return static_cast<double>(std::count_if(places.begin(), places.end(), [](auto p) { return p % 2 == 0; }));
  };
  const double deviation = std::sqrt(square - mean * mean);
  EXPECT_LT(std::abs(off(mean, deviation, of_value)), 4);
  EXPECT_GT(std::abs(off(0.5 + s, deviation, of_value)), 4) << "pairs with replacement are not noticed";
}

TEST(selection, one_of_four_is_chosen_by_all_four) {
  const std::vector<double> values = {0, 1, 2, 3};
  Selector selector = of_kind(Kind::softmax);
  selector.among = 4;
  const double sum = 1 + std::exp(1) + std::exp(2) + std::exp(3);
  for (std::uint64_t i = 0; i < 4; ++i) {
    const double p = std::exp(static_cast<double>(i)) / sum;
    const auto is_it = [&](std::uint64_t seed) { return chosen(selector, values, seed) == Places{i} ? 1.0 : 0.0; };
    EXPECT_LT(std::abs(off(p, std::sqrt(p * (1 - p)), is_it)), 4) << i;
  }
  selector.among = 5;
  EXPECT_TRUE(chosen(selector, values).empty()) << "no group is whole";
  const double infinity = std::numeric_limits<double>::infinity();
  selector.among = 2;
  EXPECT_EQ(chosen(selector, {infinity, 5}), Places{0});
  EXPECT_EQ(chosen(selector, {-infinity, 5}), Places{1});
  EXPECT_EQ(chosen(selector, {-infinity, -infinity}).size(), 1u);
}

TEST(selection, weights_with_replacement_are_shares_of_the_draws) {
  const std::vector<double> values = {1, 2, 0, 5};
  Selector selector = of_kind(Kind::weighted);
  selector.weight = Selector::Weight::identity;
  selector.share = 2;
  for (std::uint64_t i = 0; i < 4; ++i) {
    const auto times = [&](std::uint64_t seed) {
      const auto places = chosen(selector, values, seed);
      EXPECT_EQ(places.size(), 8u);
      return static_cast<double>(std::count(places.begin(), places.end(), i));
    };
    const double p = values[i] / 8;
    if (p == 0) {
      EXPECT_EQ(off(0, 1, times), 0);
    } else {
      EXPECT_LT(std::abs(off(8 * p, std::sqrt(8 * p * (1 - p)), times)), 4) << i;
    }
  }
}

TEST(selection, weights_with_a_cap_are_successive_draws_without_replacement) {
  // Two of three, one after the other: i is first, or second after j.
  const std::vector<double> weights = {1, 2, 4};
  Selector selector = of_kind(Kind::weighted);
  selector.weight = Selector::Weight::identity;
  selector.cap = 1;
  selector.share = 2.0 / 3;
  for (std::uint64_t i = 0; i < 3; ++i) {
    double p = weights[i] / 7;
    for (std::uint64_t j = 0; j < 3; ++j) {
      if (j != i) p += weights[j] / 7 * weights[i] / (7 - weights[j]);
    }
    const auto is_in = [&](std::uint64_t seed) {
      const auto places = chosen(selector, weights, seed);
      EXPECT_EQ(places.size(), 2u);
      return static_cast<double>(std::count(places.begin(), places.end(), i));
    };
    EXPECT_LT(std::abs(off(p, std::sqrt(p * (1 - p)), is_in)), 4) << i;
    // exp of the logarithm is the same weight
    Selector by_logarithm = selector;
    by_logarithm.weight = Selector::Weight::exponential;
    EXPECT_EQ(chosen(by_logarithm, {std::log(1), std::log(2), std::log(4)}, i), chosen(selector, weights, i));
    Selector by_rank = selector;
    by_rank.weight = Selector::Weight::rank;
    EXPECT_EQ(chosen(by_rank, {-5, 0, 77}, i), chosen(selector, {1, 2, 3}, i));
  }
}

TEST(selection, no_sample_comes_more_often_than_the_cap_and_what_comes_again_comes_later) {
  std::vector<double> values(100);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 10);
  Selector selector = of_kind(Kind::weighted);
  selector.cap = 3;
  bool at_cap = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto places = chosen(selector, values, seed);
    ASSERT_EQ(places.size(), 100u);
    std::map<std::uint64_t, int> times;
    std::size_t rounds = 1;
    for (std::size_t i = 0; i < places.size(); ++i) {
      ++times[places[i]];
      if (i > 0 && places[i] <= places[i - 1]) ++rounds;
    }
    int most = 0;
    for (const auto& [place, count] : times) most = std::max(most, count);
    ASSERT_LE(most, 3);
    ASSERT_EQ(rounds, static_cast<std::size_t>(most));
    at_cap = at_cap || most == 3;
  }
  EXPECT_TRUE(at_cap);
  selector.share = 5;
  EXPECT_EQ(chosen(selector, values).size(), 300u) << "all copies that there are";
}

TEST(selection, refuses_what_cannot_be_a_weight) {
  Selector selector = of_kind(Kind::weighted);
  EXPECT_THROW((void)chosen(selector, {1, std::numeric_limits<double>::infinity()}), std::invalid_argument);
  selector.weight = Selector::Weight::identity;
  EXPECT_THROW((void)chosen(selector, {1, -1}), std::invalid_argument);
  EXPECT_TRUE(chosen(selector, {0, no_number}).empty());
}

TEST(selection, is_a_function_of_seed_generation_and_tweak) {
  const std::vector<double> values(1000, 1.0);
  Selector selector = of_kind(Kind::top);
  selector.share = 0.1;
  const auto first = choose(selector, values, {1, 2, 3});
  EXPECT_EQ(choose(selector, values, {1, 2, 3}), first);
  EXPECT_NE(choose(selector, values, {2, 2, 3}), first);
  EXPECT_NE(choose(selector, values, {1, 3, 3}), first);
  EXPECT_NE(choose(selector, values, {1, 2, 4}), first);
  // Written down, because mixes that were made are to be made again.
  const auto head = Places(first.begin(), first.begin() + 5);
  EXPECT_EQ(head, (Places{18, 38, 62, 92, 145}));
}

}  // namespace
}  // namespace genloss::orchestrator
