#include "orchestrator/attempt/retry.hpp"

#include <gtest/gtest.h>

namespace genloss::orchestrator {
namespace {

AttemptEnd ended(int code) {
  AttemptEnd end;
  end.code = code;
  end.limit = 3;
  return end;
}

NextStep next(const AttemptEnd& end) { return after_attempt(end).next; }

}  // namespace

TEST(after_attempt, finishes_what_is_done) { EXPECT_EQ(next(ended(0)), NextStep::finish); }

TEST(after_attempt, gives_up_what_would_come_again_whatever_was_done) {
  for (const int code : {64, 65}) {
    AttemptEnd end = ended(code);
    EXPECT_EQ(next(end), NextStep::give_up) << code;
    end.moved = end.moved_before = true;
    EXPECT_EQ(next(end), NextStep::give_up) << code;
  }
}

TEST(after_attempt, takes_something_missing_as_final_only_before_the_first_progress) {
  AttemptEnd end = ended(69);
  EXPECT_EQ(next(end), NextStep::give_up);
  end.moved = true;
  EXPECT_EQ(next(end), NextStep::retry);
  end.moved = false;
  end.moved_before = true;
  EXPECT_EQ(next(end), NextStep::retry);
}

TEST(after_attempt, tries_everything_else_again_with_a_bound_on_attempts_without_progress) {
  for (const int code : {1, 70, 74, 75, 134, 137, 139, 140, 143}) {
    AttemptEnd end = ended(code);
    EXPECT_EQ(next(end), NextStep::retry) << code;
    end.stalled = 2;
    EXPECT_EQ(next(end), NextStep::retry) << code;
    end.stalled = 3;
    EXPECT_EQ(next(end), NextStep::give_up) << code;
    end.moved = true;
    EXPECT_EQ(next(end), NextStep::retry) << code << ": progress begins the count anew";
  }
}

TEST(after_attempt, tells_why) {
  EXPECT_EQ(after_attempt(ended(139)).why, "exit code 139 (signal 11), no progress");
  AttemptEnd stalled = ended(70);
  stalled.stalled = 3;
  EXPECT_EQ(after_attempt(stalled).why, "no progress in 4 attempts in a row (--max-stalled-restarts: 3)");
}

}  // namespace genloss::orchestrator
