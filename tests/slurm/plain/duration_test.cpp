#include "slurm/duration.hpp"

#include <gtest/gtest.h>

namespace genloss::slurm {
namespace {

long seconds_in(const char* text) {
  const auto parsed = parse_duration(text);
  return parsed ? parsed->count() : -1;
}

}  // namespace

TEST(slurm_duration, is_read_in_every_form_that_slurm_writes) {
  EXPECT_EQ(seconds_in("90"), 90 * 60);
  EXPECT_EQ(seconds_in("1:30"), 90);
  EXPECT_EQ(seconds_in("0:09"), 9);
  EXPECT_EQ(seconds_in("4:00:00"), 4 * 3600);
  EXPECT_EQ(seconds_in("2-03"), 51 * 3600);
  EXPECT_EQ(seconds_in("2-03:04"), 51 * 3600 + 4 * 60);
  EXPECT_EQ(seconds_in("2-03:04:05"), 51 * 3600 + 4 * 60 + 5);
  EXPECT_EQ(parse_duration("UNLIMITED"), unlimited);
  EXPECT_EQ(parse_duration("INFINITE"), unlimited);
}

TEST(slurm_duration, is_not_made_out_of_anything_else) {
  for (const char* text : {"", "INVALID", "NOT_SET", "4h", "1:", ":1", "1:2:3:4", "-5", "1-", "-", "1-2:3:4:5", "1.5",
                           " 5", "99999999999999999999"}) {
    EXPECT_FALSE(parse_duration(text).has_value()) << "'" << text << "'";
  }
}

TEST(slurm_duration, is_written_in_a_form_that_reads_back) {
  for (const long seconds : {0L, 59L, 61L, 3600L, 86399L, 86400L, 200000L}) {
    const std::string text = duration_text(std::chrono::seconds(seconds));
    EXPECT_EQ(seconds_in(text.c_str()), seconds) << text;
  }
  EXPECT_EQ(duration_text(std::chrono::seconds(183845)), "2-03:04:05");
}

}  // namespace genloss::slurm
