// Intervals, calibration and changes, with numbers one can compute by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "workers/measures/bootstrap.hpp"
#include "workers/measures/calibration.hpp"
#include "workers/measures/change.hpp"
#include "workers/measures/interval.hpp"

namespace {
using namespace genloss;
using namespace genloss::workers;

GroupSums ratios(const std::vector<std::pair<double, double>>& rows) {
  GroupSums sums(2);
  for (const auto& [a, b] : rows) {
    const auto row = sums.add_group();
    row[0] = a;
    row[1] = b;
  }
  return sums;
}

TEST(interval, of_a_mean_is_its_standard_error_times_a_normal_quantile) {
  const auto estimate = mean_of(std::vector<double>{1, 2, 3, 6});
  EXPECT_DOUBLE_EQ(estimate.mean, 3);
  EXPECT_DOUBLE_EQ(estimate.standard_error, std::sqrt(14.0 / 3 / 4));
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-12);
  EXPECT_NEAR(normal_quantile(0.01), -2.3263478740408408, 1e-12);
  EXPECT_NEAR(estimate.interval(0.95).high, 3 + 1.959963984540054 * estimate.standard_error, 1e-12);
  EXPECT_TRUE(std::isnan(mean_of({}).mean));
  EXPECT_EQ(mean_of(std::vector<double>{7}).standard_error, 0);
}

TEST(bootstrap, of_equal_groups_has_no_width_and_of_none_is_not_a_number) {
  const auto estimate = bootstrap(ratios({{1, 4}, {1, 4}, {1, 4}}), ratio(), {});
  EXPECT_EQ(estimate.value, 0.25);
  EXPECT_EQ(estimate.interval.low, 0.25);
  EXPECT_EQ(estimate.interval.high, 0.25);
  EXPECT_TRUE(std::isnan(bootstrap(GroupSums(2), ratio(), {}).value));
}

TEST(bootstrap, is_a_ratio_of_sums_not_a_mean_of_ratios) {
  EXPECT_EQ(bootstrap(ratios({{1, 1}, {0, 3}}), ratio(), {}).value, 0.25);
}

TEST(bootstrap, interval_is_as_wide_as_theory_says) {
  // 400 numbers of known spread: the 95 % interval of their mean is +- 1.96 sd / 20.
  const jobs::CounterRandom random({9, jobs::Purpose::synthetic_load, 0});
  std::vector<std::pair<double, double>> rows;
  std::vector<double> values;
  for (std::uint64_t i = 0; i < 400; ++i) {
    values.push_back(random.normal(i, 0));
    rows.emplace_back(values.back(), 1);
  }
  const auto theory = mean_of(values).interval(0.95);
  const auto estimate = bootstrap(ratios(rows), ratio(), {4000, 0.95, 1, 0});
  EXPECT_NEAR(estimate.interval.low, theory.low, 0.01);
  EXPECT_NEAR(estimate.interval.high, theory.high, 0.01);
}

TEST(bootstrap, is_a_function_of_seed_and_generation) {
  const auto groups = ratios({{1, 1}, {2, 1}, {5, 1}, {9, 1}, {3, 1}});
  const auto low = [&](std::uint64_t seed, std::uint32_t generation) {
    return bootstrap(groups, ratio(), {20, 0.9, seed, generation}).interval.low;
  };
  EXPECT_EQ(low(1, 2), low(1, 2));
  EXPECT_NE(low(1, 2), low(1, 3));
  EXPECT_NE(low(1, 2), low(2, 2));
}

TEST(calibration, error_is_the_mean_gap_of_equal_mass_bins) {
  // Two bins: confidences .2 .4 with one right (gap |.5 - .3|), .6 .8 with both right (gap |1 - .7|).
  const std::vector<double> confidence{0.8, 0.2, 0.6, 0.4};
  const std::vector<std::uint8_t> correct{1, 0, 1, 1};
  const std::vector<std::uint32_t> group{0, 0, 1, 1};
  const auto estimate = calibration_error({confidence, correct, group}, {}, 2);
  EXPECT_NEAR(estimate.value, 0.5 * 0.2 + 0.5 * 0.3, 1e-15);
  EXPECT_LE(estimate.interval.low, estimate.value);
  EXPECT_GE(estimate.interval.high, estimate.value);
}

TEST(calibration, a_model_that_says_what_it_knows_has_none) {
  // 10 predictions at .8, 8 of them right.
  const std::vector<double> confidence(10, 0.8);
  std::vector<std::uint8_t> correct(10, 1);
  correct[3] = correct[7] = 0;
  const std::vector<std::uint32_t> group(10, 0);
  EXPECT_NEAR(calibration_error({confidence, correct, group}, {}, 1).value, 0, 1e-15);
}

TEST(calibration, confident_errors_are_counted_twice_over) {
  const std::vector<double> confidence{0.95, 0.95, 0.95, 0.95, 0.9, 0.5, 0.5, 0.5};
  const std::vector<std::uint8_t> correct{1, 1, 1, 0, 0, 0, 1, 0};
  const std::vector<std::uint32_t> group{0, 0, 0, 0, 1, 1, 1, 1};
  EXPECT_EQ(confident_wrong_rate({confidence, correct, group}, {}).value, 1.0 / 8);
  EXPECT_EQ(confident_wrong_share({confidence, correct, group}, {}).value, 1.0 / 4) << "0.9 itself is not above 0.9";
}

TEST(change, is_clear_only_where_intervals_are_apart) {
  const Measure before{"m", 2.41, 2.39, 2.43, "", ""}, after{"m", 2.87, 2.85, 2.89, "", ""};
  const Measure near{"m", 2.43, 2.42, 2.45, "", ""};
  EXPECT_EQ(describe_change("bits", before, after, 2), "bits rose from 2.41 to 2.87 (+19 %)");
  EXPECT_EQ(describe_change("bits", after, before, 2), "bits fell from 2.87 to 2.41 (-16 %)");
  EXPECT_EQ(describe_change("bits", before, near, 2), "bits shows no clear change (2.41, 2.43)");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(change_between(before, {"m", nan, nan, nan, "", ""}), Change::none);
  EXPECT_EQ(joined({"a", "b", "c"}), "a, b and c");
}

TEST(measure, survives_the_trip_through_json_without_numbers_too) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Measure> measures{{"a", 1.5, 1, 2, "bits", "quality"}, {"b", nan, nan, nan, "share", "rare"}};
  const auto again = measures_from_json(nlohmann::json::parse(to_json(measures).dump()));
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].high, 2);
  EXPECT_EQ(again[1].symptom, "rare");
  EXPECT_TRUE(std::isnan(again[1].value));
  EXPECT_THROW((void)measures_from_json(nlohmann::json::parse(R"([{"name": 3}])")), Error);
}
}  // namespace
