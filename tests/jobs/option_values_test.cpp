#include "jobs/option_values.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "jobs/option_table.hpp"
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
TEST(schedules, hold_from_a_generation_on_and_come_back_as_they_were) {
  const auto one = read_schedule("5M tokens");
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(write_schedule(one), "5M tokens");
  const auto three = read_schedule("0:5M, 1:0.4M,7:3 epochs");
  ASSERT_EQ(three.size(), 3U);
  EXPECT_EQ(three[2].first, 7);
  EXPECT_EQ(write_schedule(three), "0:5M, 1:0.4M, 7:3 epochs");
  for (const char* wrong : {"1:5M", "0:5M,0:4M", "0:5M,3:1M,2:1M", "0:5M,4M", "x:5M"}) {
    EXPECT_THROW((void)read_schedule(wrong), std::invalid_argument) << wrong;
  }
  EXPECT_EQ(read_budget("0.4M").amount, 400'000);
  EXPECT_EQ(read_budget("0.4M tokens").amount, 400'000);
  EXPECT_THROW((void)read_budget("0.4 tokens"), std::invalid_argument);
}

TEST(schedules, give_each_generation_its_budget_and_learning_rate) {
  StudySpec spec;
  for (const Option& option : option_table()) {
    if (option.name() == "training.budget") option.set(spec, "0:5M,1:0.4M tokens");
    if (option.name() == "training.learning_rate") option.set(spec, "0:3e-3,2:5e-4");
  }
  EXPECT_EQ(spec.training.of(0).budget.amount, 5e6);
  EXPECT_EQ(spec.training.of(1).budget.amount, 4e5);
  EXPECT_EQ(spec.training.of(9).budget.amount, 4e5);
  EXPECT_EQ(spec.training.of(1).learning_rate, 3e-3);
  EXPECT_EQ(spec.training.of(2).learning_rate, 5e-4);
}

}  // namespace genloss::jobs
