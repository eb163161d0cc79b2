#include "jobs/option_values.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "jobs/random.hpp"

namespace genloss::jobs {
namespace {

TEST(option_values, whole_numbers_take_suffixes) {
  EXPECT_EQ(read_integer("400k"), 400'000);
  EXPECT_EQ(read_integer(" -3 "), -3);
  EXPECT_EQ(read_count("2M"), 2'000'000U);
  EXPECT_EQ(read_count("3G"), 3'000'000'000U);
  EXPECT_EQ(read_count("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
}

TEST(option_values, whole_numbers_are_whole_and_fit) {
  for (const char* text : {"", "k", "12x", "1.5", "1e6", "0x10", "1 000", "9223372036854775808", "10000000000G"}) {
    EXPECT_THROW((void)read_integer(text), std::invalid_argument) << text;
  }
  for (const char* text : {"-1", "18446744073709551616", "18446744073709551615k"}) {
    EXPECT_THROW((void)read_count(text), std::invalid_argument) << text;
  }
}

TEST(option_values, numbers_are_finite) {
  EXPECT_EQ(read_number(" 1e-3 "), 1e-3);
  EXPECT_EQ(read_number("-2"), -2.0);
  for (const char* text : {"", "nan", "inf", "-inf", "1e400", "0,5", "1.0.0", "1 2"}) {
    EXPECT_THROW((void)read_number(text), std::invalid_argument) << text;
  }
}

TEST(option_values, doubles_survive_text_in_every_bit) {
  const CounterRandom random({5, Purpose::synthetic_load, 0});
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const double value = std::ldexp(random.uniform(i, 0) - 0.5, static_cast<int>(random.below(600, i, 1)) - 300);
    EXPECT_EQ(read_number(write_number(value)), value);
  }
  EXPECT_EQ(write_number(0.1), "0.1");
  EXPECT_EQ(write_number(1e-8), "1e-08");
}

TEST(option_values, flags_are_words) {
  for (const char* text : {"yes", "true", "on", "1"}) EXPECT_TRUE(read_flag(text));
  for (const char* text : {"no", "false", "off", "0"}) EXPECT_FALSE(read_flag(text));
  for (const char* text : {"", "2", "YES!", "maybe"}) EXPECT_THROW((void)read_flag(text), std::invalid_argument);
}

TEST(option_values, lists_are_cut_at_commas_and_trimmed) {
  EXPECT_EQ(read_list(" emma ,mansfield park,, "), (std::vector<std::string>{"emma", "mansfield park"}));
  EXPECT_TRUE(read_list("  ").empty());
  EXPECT_EQ(read_list(write_list({"a", "b c"})), (std::vector<std::string>{"a", "b c"}));
}

TEST(option_values, budgets_have_a_unit) {
  EXPECT_EQ(read_budget("400k tokens").amount, 400'000);
  EXPECT_EQ(read_budget("400000 tokens").unit, Budget::Unit::tokens);
  EXPECT_EQ(read_budget("2.5  epochs").amount, 2.5);
  EXPECT_EQ(read_budget("1 epoch").unit, Budget::Unit::epochs);
  for (const char* text : {"", "3", "epochs", "3 hours", "0 tokens", "-1 epochs", "1.5 tokens", "nan epochs",
                           "3 epochs more", "18446744073709551615 tokens"}) {
    EXPECT_THROW((void)read_budget(text), std::invalid_argument) << text;
  }
  EXPECT_EQ(write_budget(read_budget("400k tokens")), "400000 tokens");
  EXPECT_EQ(write_budget(read_budget("0.1 epochs")), "0.1 epochs");
}

}  // namespace
}  // namespace genloss::jobs
