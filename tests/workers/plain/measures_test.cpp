// Intervals, calibration and changes, with numbers one can compute by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "workers/measures/calibration.hpp"
#include "workers/measures/statistics/half_samples.hpp"
#include "workers/measures/statistics/interval.hpp"
#include "workers/measures/verdict/changes.hpp"

namespace {
using namespace genloss;
using namespace genloss::workers;

GroupSums ratios(const std::vector<std::pair<double, double>>& rows) {
  GroupSums sums(2);
  for (const auto& [a, b] : rows) sums.add({a, b});
  return sums;
}
Measure measured(const GroupSums& sums) {
  return to_measure("m", estimate_of(sums, ratio(), {}), "bits", "quality", 0.95);
}

/// Normal numbers, one a group.
std::vector<double> normals(std::uint64_t count, std::uint64_t seed, double mean = 0) {
  const jobs::CounterRandom random({seed, jobs::Purpose::synthetic_load, 0});
  std::vector<double> values;
  for (std::uint64_t i = 0; i < count; ++i) values.push_back(mean + random.normal(i, 0));
  return values;
}
GroupSums groups_of(const std::vector<double>& values) {
  GroupSums sums(2);
  for (const double v : values) sums.add({v, 1});
  return sums;
}

TEST(interval, of_a_mean_is_its_standard_error_times_a_normal_quantile) {
  const auto estimate = mean_of(std::vector<double>{1, 2, 3, 6});
  EXPECT_DOUBLE_EQ(estimate.mean, 3);
  EXPECT_DOUBLE_EQ(estimate.standard_error, std::sqrt(14.0 / 3 / 4));
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-12);
  EXPECT_NEAR(normal_quantile(0.01), -2.3263478740408408, 1e-12);
  EXPECT_NEAR(student_quantile(0.975, 4), 2.776445105197793, 1e-9) << "printed in every table";
  EXPECT_NEAR(student_two_sided(2.776445105197793, 4), 0.05, 1e-12);
  EXPECT_NEAR(estimate.interval(0.95).high, 3 + 1.959963984540054 * estimate.standard_error, 1e-12);
  EXPECT_TRUE(std::isnan(mean_of({}).mean));
  EXPECT_EQ(mean_of(std::vector<double>{7}).standard_error, 0);
}

TEST(holm, multiplies_the_smallest_p_by_their_number_the_next_by_one_less) {
  const std::vector<double> p{0.01, 0.04, 0.03, std::numeric_limits<double>::quiet_NaN()};
  const auto adjusted = holm(p);
  EXPECT_DOUBLE_EQ(adjusted[0], 0.04);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.09);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.09) << "0.08 would be less than the one before";
  EXPECT_DOUBLE_EQ(adjusted[3], 1);
}

TEST(half_samples, of_equal_groups_have_no_width_and_of_one_or_none_say_nothing) {
  const auto estimate = measured(ratios({{1, 4}, {1, 4}, {1, 4}}));
  EXPECT_EQ(estimate.value, 0.25);
  EXPECT_EQ(estimate.low, 0.25);
  EXPECT_EQ(estimate.high, 0.25);
  EXPECT_TRUE(std::isnan(estimate_of(GroupSums(2), ratio(), {}).value));
  const auto one = measured(ratios({{1, 4}}));
  EXPECT_EQ(one.value, 0.25);
  EXPECT_TRUE(std::isnan(one.low)) << "one window says nothing about its spread";
  EXPECT_EQ(difference(one, measured(ratios({{3, 4}}))).p, 1);
}

TEST(half_samples, are_of_a_ratio_of_sums_not_a_mean_of_ratios) {
  EXPECT_EQ(estimate_of(ratios({{1, 1}, {0, 3}}), ratio(), {}).value, 0.25);
}

TEST(half_samples, give_an_interval_as_wide_as_theory_says) {
  for (const std::uint64_t count : {5U, 400U}) {  // the half of an odd number is smaller
    const auto values = normals(count, 9);
    const auto estimate = estimate_of(groups_of(values), ratio(), {4000, 0.95, 1});
    const double theory = mean_of(values).standard_error;
    EXPECT_NEAR(spread_of(estimate.resamples) / theory, 1, 0.03) << count;
    const auto measure = to_measure("m", estimate, "", "", 0.95);
    const double t = student_quantile(0.975, static_cast<double>(count) - 1);
    EXPECT_NEAR((measure.high - measure.value) / (t * theory), 1, 0.03) << count;
  }
}

TEST(half_samples, hold_each_group_once_and_depend_on_seed_resample_and_number_alone) {
  const auto order = random_order(5, 3, 100);
  EXPECT_EQ(std::set<std::uint32_t>(order.begin(), order.end()).size(), 100U);
  EXPECT_EQ(order, random_order(5, 3, 100));
  EXPECT_NE(order, random_order(5, 4, 100));
  EXPECT_NE(order, random_order(6, 3, 100));
}

TEST(difference, of_the_same_documents_is_far_sharper_than_their_own_spread) {
  // Documents differ by 1, the second model is worse by 0.05 +- 0.01 on each.
  const auto first = normals(200, 1);
  auto second = first;
  const auto noise = normals(200, 2);
  for (std::size_t i = 0; i < second.size(); ++i) second[i] += 0.05 + 0.01 * noise[i];
  const auto a = measured(groups_of(first)), b = measured(groups_of(second));
  EXPECT_GT(b.high - b.low, 0.2) << "each alone is uncertain";
  const auto d = difference(a, b);
  EXPECT_NEAR(d.effect, 0.05, 0.003);
  EXPECT_LT(d.high - d.low, 0.005);
  EXPECT_LT(d.p, 1e-6);
}

TEST(difference, of_text_that_did_not_change_is_rarely_called_one) {
  int called = 0;
  constexpr int trials = 400;
  for (int t = 0; t < trials; ++t) {
    const auto a = measured(groups_of(normals(30, 1000 + 2 * static_cast<std::uint64_t>(t))));
    const auto b = measured(groups_of(normals(30, 1001 + 2 * static_cast<std::uint64_t>(t))));
    called += difference(a, b).p < 0.05 ? 1 : 0;
  }
  EXPECT_LT(called, trials * 0.09) << "5 % would be right";
  EXPECT_GT(called, trials * 0.015);
}

TEST(calibration, error_of_a_model_that_means_what_it_says_is_zero_within_its_interval) {
  const jobs::CounterRandom random({3, jobs::Purpose::synthetic_load, 0});
  std::vector<double> confidence;
  std::vector<std::uint8_t> correct, sure;
  std::vector<std::uint32_t> group;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    confidence.push_back(0.05 + 0.9 * random.uniform(i, 0));
    correct.push_back(random.uniform(i, 1) < confidence.back() ? 1 : 0);
    sure.push_back(random.uniform(i, 1) < confidence.back() - 0.1 ? 1 : 0);
    group.push_back(static_cast<std::uint32_t>(i / 100));
  }
  const auto of = [&](const Estimate& e) { return to_measure("m", e, "", "", 0.95); };
  for (const auto& honest : {of(overconfidence({confidence, correct, group}, {})),
                             of(calibration_error({confidence, correct, group}, {}))}) {
    EXPECT_LE(honest.low, 0);
    EXPECT_GE(honest.high, 0);
  }
  EXPECT_NEAR(overconfidence({confidence, sure, group}, {}).value, 0.1, 0.01);
  EXPECT_NEAR(calibration_error({confidence, sure, group}, {}).value, 0.1, 0.01);
}

TEST(calibration, error_counts_pairs_of_different_documents) {
  // One bin, two documents with gap sums .5 + .5 of 1 + 1 predictions: the only pair gives .25, its root .5.
  const std::vector<double> confidence{0.5, 0.5};
  const std::vector<std::uint8_t> wrong{0, 0}, mixed{0, 1};
  const std::vector<std::uint32_t> group{0, 1};
  EXPECT_NEAR(calibration_error({confidence, wrong, group}, {}, 1).value, 0.5, 1e-15);
  EXPECT_NEAR(calibration_error({confidence, mixed, group}, {}, 1).value, -0.5, 1e-15) << "gaps of opposite sign";
  EXPECT_TRUE(std::isnan(calibration_error({confidence, wrong, std::vector<std::uint32_t>{0, 0}}, {}, 1).value));
}

TEST(calibration, confident_ones_are_counted_among_the_confident) {
  const std::vector<double> confidence{0.95, 0.95, 0.95, 0.95, 0.9, 0.5, 0.5, 0.5};
  const std::vector<std::uint8_t> correct{1, 1, 1, 0, 0, 0, 1, 0};
  const std::vector<std::uint32_t> group{0, 0, 0, 0, 1, 1, 1, 1};
  EXPECT_EQ(confident_wrong_share({confidence, correct, group}, {}).value, 1.0 / 4) << "0.9 itself is not above 0.9";
  EXPECT_EQ(confident_accuracy({confidence, correct, group}, {}, 0.5).value, 3.0 / 4);
}

TEST(change, is_material_only_if_certain_and_large_enough) {
  const std::vector<Record> records{{.name = "m",
                                     .label = "bits",
                                     .unit = "b",
                                     .rise = "",
                                     .fall = "",
                                     .decimals = 2,
                                     .material = 0.1,
                                     .relative = true,
                                     .of_rise = Sign::noise}};
  const auto after = [](double value, double half) {
    return std::vector<Measure>{{"m", value, value - half, value + half, "b", "", 0, {}}};
  };
  const auto small = changes_between(records, after(2, 0.01), after(2.1, 0.01));
  ASSERT_EQ(small.size(), 1U);
  EXPECT_TRUE(small[0].certain);
  EXPECT_FALSE(small[0].material) << "5 %";
  EXPECT_EQ(small[0].sign(), Sign::none);
  const auto large = changes_between(records, after(2, 0.01), after(2.5, 0.01));
  EXPECT_TRUE(large[0].material);
  EXPECT_EQ(large[0].sign(), Sign::noise);
  EXPECT_EQ(describe(large[0]), "bits 2.00 -> 2.50 b (+0.50 [+0.49, +0.51])");
  EXPECT_FALSE(changes_between(records, after(2, 1), after(2.5, 1))[0].certain);
  EXPECT_TRUE(changes_between(records, after(2, 0), {}).empty());
  EXPECT_EQ(joined({"a", "b", "c"}), "a, b and c");
}

TEST(measure, survives_the_trip_through_json_without_numbers_too) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Measure> measures{{"a", 1.5, 1, 2, "bits", "quality", 3, {1.25, 1.75}},
                                      {"b", nan, nan, nan, "share", "tails", 0, {}}};
  const auto again = measures_from_json(nlohmann::json::parse(to_json(measures).dump()));
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].high, 2);
  EXPECT_EQ(again[0].groups, 3U);
  EXPECT_EQ(again[0].resamples, (std::vector<double>{1.25, 1.75}));
  EXPECT_EQ(again[1].symptom, "tails");
  EXPECT_TRUE(std::isnan(again[1].value));
  EXPECT_THROW((void)measures_from_json(nlohmann::json::parse(R"([{"name": 3}])")), Error);
}
}  // namespace
