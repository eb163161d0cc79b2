#include "workers/sampling/pick.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "jobs/random.hpp"

namespace genloss::workers {
namespace {

/// ln of 0.4, 0.3, 0.2, 0.06, 0.04, out of order.
const std::vector<float> five{std::log(0.06F), std::log(0.4F), std::log(0.04F), std::log(0.3F), std::log(0.2F)};

/// Shares of the tokens in many picks.
std::vector<double> shares(const PickRule& rule, std::span<const float> logits, int picks = 40'000) {
  const jobs::CounterRandom random({11, jobs::Purpose::synthetic_load, 0});
  Picker picker(rule, static_cast<int>(logits.size()));
  std::vector<double> counts(logits.size());
  for (int i = 0; i < picks; ++i) {
    const auto picked = picker.pick(logits, random.uniform(0, static_cast<std::uint64_t>(i)));
    counts.at(static_cast<std::size_t>(picked.token)) += 1.0 / picks;
  }
  return counts;
}

/// Pearson's statistic against `expected` probabilities; for d degrees of freedom it exceeds d + 5 sqrt(2 d) + 10 less
/// than once in 100 000 times.
void expect_distribution(const std::vector<double>& observed, const std::vector<double>& expected, int picks = 40'000) {
  double statistic = 0;
  int freedom = -1;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] == 0) {
      EXPECT_EQ(observed[i], 0.0) << "token " << i << " was cut off";
      continue;
    }
    statistic += picks * (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
    ++freedom;
  }
  EXPECT_LT(statistic, freedom + 5 * std::sqrt(2.0 * std::max(1, freedom)) + 10);
}

TEST(pick, follows_the_model_at_temperature_1) { expect_distribution(shares({}, five), {0.06, 0.4, 0.04, 0.3, 0.2}); }

TEST(pick, follows_the_model_over_a_large_vocabulary) {
  std::vector<float> logits(2'051);
  std::vector<double> expected(logits.size());
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    logits[i] = static_cast<float>(i % 7) * 0.3F;
    sum += expected[i] = std::exp(static_cast<double>(logits[i]));
  }
  for (auto& e : expected) e /= sum;
  expect_distribution(shares({}, logits, 400'000), expected, 400'000);
}

TEST(pick, temperature_raises_probabilities_to_its_inverse) {
  std::vector<double> expected{0.06, 0.4, 0.04, 0.3, 0.2};
  double sum = 0;
  for (auto& e : expected) sum += e = std::pow(e, 1 / 0.5);
  for (auto& e : expected) e /= sum;
  expect_distribution(shares({.temperature = 0.5}, five), expected);
}

TEST(pick, temperature_0_is_greedy_and_takes_the_first_of_equals) {
  Picker greedy({.temperature = 0}, 4);
  const std::vector<float> tied{1, 3, 3, 2};
  for (const double u : {0.0, 0.5, 0.999}) EXPECT_EQ(greedy.pick(tied, u).token, 1);
  Picker nearly({.temperature = 1e-3}, 5);
  for (const double u : {0.0, 0.5, 0.999}) EXPECT_EQ(nearly.pick(five, u).token, 1);
}

TEST(pick, top_k_keeps_the_k_most_probable) {
  expect_distribution(shares({.top_k = 2}, five), {0, 4.0 / 7, 0, 3.0 / 7, 0});
  expect_distribution(shares({.top_k = 1}, five), {0, 1, 0, 0, 0});
  expect_distribution(shares({.top_k = 9}, five), {0.06, 0.4, 0.04, 0.3, 0.2});
  const std::vector<float> tied{0, 0, 0, -5};
  expect_distribution(shares({.top_k = 2}, tied), {1.0 / 3, 1.0 / 3, 1.0 / 3, 0});
}

TEST(pick, top_p_keeps_the_fewest_that_reach_p) {
  expect_distribution(shares({.top_p = 0.69}, five), {0, 4.0 / 7, 0, 3.0 / 7, 0});
  expect_distribution(shares({.top_p = 0.71}, five), {0, 4.0 / 9, 0, 3.0 / 9, 2.0 / 9});
  expect_distribution(shares({.top_p = 1e-9}, five), {0, 1, 0, 0, 0});
}

TEST(pick, top_p_keeps_of_many_tokens_those_that_a_sorted_list_keeps) {
  const jobs::CounterRandom random({3, jobs::Purpose::synthetic_load, 0});
  std::vector<float> logits(1000);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    logits[i] = static_cast<float>(std::round(4 * random.normal(i, 0)) / 4);  // many are alike
  }
  for (const double p : {0.01, 0.3, 0.9, 0.99, 0.9999}) {
    std::vector<std::pair<double, int>> sorted;
    double sum = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      sorted.emplace_back(-std::exp(double{logits[i]}), static_cast<int>(i));
      sum += std::exp(double{logits[i]});
    }
    std::sort(sorted.begin(), sorted.end());
    std::set<int> nucleus;
    for (double kept = 0; const auto& [weight, token] : sorted) {
      if (kept >= p * sum) break;
      kept -= weight;
      nucleus.insert(token);
    }
    Picker picker({.top_p = p}, 1000);
    std::set<int> picked;
    for (int i = 0; i < 4000; ++i) picked.insert(picker.pick(logits, (i + 0.5) / 4000).token);
    for (const int token : picked) EXPECT_TRUE(nucleus.contains(token)) << p << ": " << token;
    if (p <= 0.3) {
      EXPECT_EQ(picked.size(), nucleus.size()) << p;
    }
  }
}

TEST(pick, min_p_is_a_share_of_the_greatest_probability) {
  expect_distribution(shares({.min_p = 0.49}, five), {0, 4.0 / 9, 0, 3.0 / 9, 2.0 / 9});
  expect_distribution(shares({.min_p = 1.0}, five), {0, 1, 0, 0, 0});
}

TEST(pick, rules_apply_one_after_the_other) {
  // Temperature 0.5 squares the probabilities: 0.16, 0.09, 0.04 of the three that top-k leaves; top-p 0.8 of their sum
  // needs two of them. At temperature 1 it would need all three.
  expect_distribution(shares({.temperature = 0.5, .top_k = 3, .top_p = 0.8}, five), {0, 0.64, 0, 0.36, 0});
}

TEST(pick, extremes_of_the_uniform_number_pick_the_first_and_the_last_possible_token) {
  Picker picker({.top_k = 3}, 5);
  EXPECT_EQ(picker.pick(five, 0.0).token, 1);
  EXPECT_EQ(picker.pick(five, std::nextafter(1.0, 0.0)).token, 4);
  std::vector<float> one(100, -INFINITY);
  one[3] = 0;
  Picker certain({}, 100);
  EXPECT_EQ(certain.pick(one, 0.0).token, 3);
  EXPECT_EQ(certain.pick(one, std::nextafter(1.0, 0.0)).token, 3);
}

TEST(pick, the_log_probability_is_the_models_own_whatever_was_cut_off) {
  Picker picker({.temperature = 0.3, .top_k = 1}, 5);
  EXPECT_NEAR(picker.pick(five, 0.3).log_probability, std::log(0.4), 1e-6);
}

}  // namespace
}  // namespace genloss::workers
