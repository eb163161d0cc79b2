#include "orchestrator/report/text_table.hpp"

#include <gtest/gtest.h>

namespace genloss {

using orchestrator::list_text;
using orchestrator::table_text;

TEST(text_table, sets_lists_to_the_left_and_numbers_to_the_right) {
  EXPECT_EQ(list_text({{{"run", "state"}}, {{"a long name", "x"}}}), "run          state\na long name  x");
  EXPECT_EQ(table_text({{{"a", "n"}}, {{"b", "100"}}}, {.left = 1}), "a    n\nb  100");
  EXPECT_EQ(table_text({}, {}), "");
}

TEST(text_table, counts_columns_of_a_terminal_and_not_bytes) {
  EXPECT_EQ(table_text({{{"1 ±2", "a"}}, {{"12345", "b"}}}, {}), " 1 ±2  a\n12345  b");
}

TEST(text_table, cuts_long_lines_into_blocks_that_repeat_their_heads) {
  const std::string text = table_text({{{"", "aaaa", "bbbb", "cccc"}}, {{"0", "1", "2", "3"}}},
                                      {.repeated = 1, .least_repeated = 2, .line = 14});
  EXPECT_EQ(text, "    aaaa  bbbb\n 0     1     2\n\n    cccc\n 0     3");
}

TEST(text_table, lets_a_heading_span_the_columns_that_share_it) {
  const std::string text =
      table_text({{{"", "spread", "spread", "noise"}, true}, {{"0", "1", "2", "3"}}}, {.repeated = 1, .least = 4});
  EXPECT_EQ(text, "   spread      noise\n0     1     2     3");
  const std::string wide = table_text({{{"much wider than that", "x"}, true}, {{"1", "2"}}}, {});
  EXPECT_EQ(wide, "much wider than that x\n1  2") << "headings do not widen columns, nor run into each other";
}

}  // namespace genloss
