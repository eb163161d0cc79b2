#include "orchestrator/show/marked_text.hpp"

#include <gtest/gtest.h>

#include "orchestrator/show/glyphs.hpp"
#include "orchestrator/show/sample_page.hpp"

namespace genloss::orchestrator::show {
namespace {

using Lines = std::vector<std::string>;

TEST(marked_text, is_wrapped_between_words) {
  EXPECT_EQ(wrapped("it is a truth\nuniversally  acknowledged", {}, {15, false}),
            (Lines{"it is a truth", "universally", "acknowledged"}));
  EXPECT_EQ(wrapped("ab cd", {}, {5, false}), Lines{"ab cd"});
  EXPECT_EQ(wrapped("ab cd", {}, {4, false}), (Lines{"ab", "cd"}));
  EXPECT_EQ(wrapped(" \n ", {}, {4, false}), Lines{});
}

TEST(marked_text, a_blank_line_begins_a_new_line_and_a_long_word_is_cut) {
  EXPECT_EQ(wrapped("one\n\ntwo\n three", {}, {20, false}), (Lines{"one", "two three"}));
  EXPECT_EQ(wrapped("a bcdefghij k", {}, {4, false}), (Lines{"a", "bcde", "fghi", "j k"}));
}

TEST(marked_text, counts_characters_not_bytes_and_never_cuts_one) {
  EXPECT_EQ(wrapped("éééé èèèè", {}, {4, false}), (Lines{"éééé", "èèèè"}));
  EXPECT_EQ(wrapped("éééééé", {}, {4, false}), (Lines{"éééé", "éé"}));
  EXPECT_EQ(wrapped("日本語", {}, {4, false}), (Lines{"日本", "語"}));  // two columns each
  EXPECT_EQ(wrapped("e\xcc\x81"
                    "e\xcc\x81 x",
                    {}, {4, false}),
            Lines{"e\xcc\x81"
                  "e\xcc\x81 x"});
}

TEST(marked_text, shows_what_is_no_text_and_cannot_steer_a_terminal) {
  const std::string sign = "\xef\xbf\xbd";
  EXPECT_EQ(wrapped("a\033[2Jb", {}, {20, false}), Lines{"a" + sign + "[2Jb"});
  EXPECT_EQ(wrapped("a\xc2\x9b"
                    "b",
                    {}, {20, false}),
            Lines{"a" + sign + "b"});                                   // CSI of eight bits
  EXPECT_EQ(wrapped("\xe2\x82", {}, {20, false}), Lines{sign + sign});  // a character that was cut
  EXPECT_EQ(wrapped("\xc0\xaf\xed\xa0\x80", {}, {20, false}), Lines{sign + sign + sign + sign + sign});
  EXPECT_EQ(as_utf8("a\xff\n\tb"), "a" + sign + "\n\tb");
}

TEST(marked_text, signs_stand_around_a_stretch_and_not_around_its_white_space) {
  EXPECT_EQ(wrapped("a b c d", {{1, 6, Mark::repeat}}, {20, false}), Lines{"a [b c] d"});
  EXPECT_EQ(wrapped("a b c d", {{0, 1, Mark::prompt}, {2, 7, Mark::repeat}}, {20, false}), Lines{"«a» [b c d]"});
  EXPECT_EQ(wrapped("abcd", {{0, 2, Mark::prompt}, {2, 4, Mark::repeat}}, {20, false}), Lines{"«ab»[cd]"});
  EXPECT_EQ(wrapped("aa bb", {{0, 5, Mark::repeat}}, {4, false}), (Lines{"[aa", "bb]"}));  // signs take columns
}

TEST(marked_text, styles_end_with_every_line) {
  EXPECT_EQ(wrapped("aa bb cc", {{3, 8, Mark::repeat}}, {5, true}),
            (Lines{"aa \033[4mbb\033[24m", "\033[4mcc\033[24m"}));
  EXPECT_EQ(wrapped("aa bb", {{0, 5, Mark::prompt}}, {5, true}), Lines{"\033[1maa bb\033[22m"});
}

TEST(marked_text, repeats_are_marked_behind_the_prompt_only) {
  const std::string once = "the course of the carriage ", text = once + "and " + once;
  const auto marks = marks_in(text, once.size());
  ASSERT_EQ(marks.size(), 2);
  EXPECT_EQ(marks[0].mark, Mark::prompt);
  EXPECT_EQ(marks[0].end, once.size());
  EXPECT_EQ(marks[1].mark, Mark::repeat);
  EXPECT_EQ(text.substr(marks[1].begin, marks[1].end - marks[1].begin), "the course of the carriage");
  EXPECT_EQ(marks_in(once + "and went", 0).size(), 0);
}

}  // namespace
}  // namespace genloss::orchestrator::show
