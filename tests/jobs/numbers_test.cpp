#include "jobs/numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace genloss {

TEST(numbers, have_the_decimals_that_are_asked_for) {
  EXPECT_EQ(fixed_text(3.14159, 3), "3.142");
  EXPECT_EQ(fixed_text(2.5, 0), "2") << "half to even, as printf does";
  EXPECT_EQ(fixed_text(-1e300, 0).size(), 302u) << "no buffer to overflow";
  EXPECT_EQ(fixed_text(std::nan(""), 2), "-");
  EXPECT_EQ(significant_text(3.14159, 3), "3.14");
  EXPECT_EQ(significant_text(2.04e12, 2), "2e+12");
  EXPECT_EQ(percent_text(0.256), "26 %");
  EXPECT_EQ(percent_text(0.256, 1), "25.6 %");
}

TEST(numbers, carry_the_largest_unit_that_leaves_a_whole_part) {
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1'000), "1.0 kB");
  EXPECT_EQ(bytes_text(21'300), "21 kB");
  EXPECT_EQ(bytes_text(999'499), "999 kB");
  EXPECT_EQ(bytes_text(999'500), "1.0 MB") << "not 1000 kB";
  EXPECT_EQ(bytes_text(UINT64_MAX), "18 EB");
  EXPECT_EQ(amount_text(950), "950");
  EXPECT_EQ(amount_text(21'300), "21.3 k");
  EXPECT_EQ(amount_text(4.1e6), "4.1 M");
  EXPECT_EQ(amount_text(2.345e9), "2.35 G");
}

TEST(numbers, tell_durations_as_clocks_do) {
  EXPECT_EQ(duration_text(4.25), "4.2 s");
  EXPECT_EQ(duration_text(59.4), "59 s");
  EXPECT_EQ(duration_text(59.6), "1:00");
  EXPECT_EQ(duration_text(65), "1:05");
  EXPECT_EQ(duration_text(2 * 3600 + 3 * 60 + 4), "2:03:04");
}

TEST(numbers, sort_as_names) {
  EXPECT_EQ(zero_padded(42, 6), "000042");
  EXPECT_EQ(zero_padded(1'234'567, 6), "1234567") << "wider ones are not cut";
}

TEST(numbers, count_things) {
  EXPECT_EQ(counted(1, "rank"), "1 rank");
  EXPECT_EQ(counted(0, "rank"), "0 ranks");
}

}  // namespace genloss
