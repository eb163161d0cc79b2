#include "orchestrator/attempt/time_budget.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "storage/tensors/checkpoint.hpp"
#include "tests/support/program.hpp"

namespace genloss::orchestrator {

TEST(time_budget, begins_nothing_that_does_not_fit) {
  double now = 0;
  TimeBudget budget(100, [&] { return now; });
  EXPECT_TRUE(budget.fits(&Pace::shard)) << "not measured yet";
  budget.took(&Pace::shard, 20);
  budget.took(&Pace::shard, 8);
  EXPECT_EQ(budget.pace().shard, 20) << "the longest counts";
  now = 100 - TimeBudget::margin_seconds - 25;  // 20 s and a quarter
  EXPECT_TRUE(budget.fits(&Pace::shard));
  EXPECT_FALSE(budget.ran_out());
  now += 0.5;
  EXPECT_FALSE(budget.fits(&Pace::shard));
  EXPECT_TRUE(budget.ran_out());
  EXPECT_TRUE(budget.fits(&Pace::evaluation)) << "nothing is known against it";
}

TEST(time_budget, leaves_time_for_a_checkpoint_after_the_next_step) {
  double now = 0;
  TimeBudget budget(100, [&] { return now; });
  budget.took(&Pace::step, 4);
  budget.took(&Pace::checkpoint, 20);
  now = 100 - TimeBudget::margin_seconds - (4 + 1.25 * 4 + 1.25 * 20);
  EXPECT_TRUE(budget.fits(&Pace::step));
  now += 0.5;
  EXPECT_FALSE(budget.fits(&Pace::step));
}

TEST(time_budget, knows_the_first_piece_of_a_start_from_the_start_before) {
  double now = 0;
  const auto time = [&] { return now; };
  TimeBudget unknown(100, time), known(100, time, {.step = 30, .checkpoint = 20, .shard = 60});
  EXPECT_TRUE(known.fits(&Pace::shard));
  EXPECT_FALSE(known.fits(&Pace::step)) << "a step, one more, and a checkpoint: 92.5 s and the margin";
  EXPECT_TRUE(unknown.fits(&Pace::step));
  now = 20;
  EXPECT_FALSE(known.fits(&Pace::shard));
  known.took(&Pace::shard, 1);
  EXPECT_TRUE(known.fits(&Pace::shard)) << "what is measured now counts";
}

TEST(silence_limit, follows_the_longest_piece_of_work) {
  EXPECT_EQ(silence_limit(600, {}), 600);
  EXPECT_EQ(silence_limit(600, {.step = 100, .measuring = 20}), 600);
  EXPECT_EQ(silence_limit(600, {.step = 100, .measuring = 400}), 1600);
}

TEST(time_budget, has_no_end_without_a_limit) {
  double now = 0;
  TimeBudget budget(std::nullopt, [&] { return now; });
  budget.took(&Pace::shard, 1e9);
  now = 1e9;
  EXPECT_TRUE(budget.fits(&Pace::shard));
}

TEST(time_budget, refuses_even_the_unmeasured_in_the_last_moments) {
  TimeBudget budget(TimeBudget::margin_seconds / 2, [] { return 0.0; });
  EXPECT_FALSE(budget.fits(&Pace::shard));
}

TEST(pace, is_read_back_from_the_newest_lines) {
  Pace pace;
  pace.step = 0.5;
  pace.checkpoint = 12;
  const nlohmann::json old{{"event", "stopped"}, {"pace", to_json({.step = 9, .shard = 3})}};
  const nlohmann::json now{{"event", "finished"}, {"pace", to_json(pace)}};
  const Pace read = pace_of({old, {{"event", "started"}}, now});
  EXPECT_EQ(read.step, 0.5);
  EXPECT_EQ(read.checkpoint, 12);
  EXPECT_EQ(read.shard, 3) << "the newer start drew none";
}

TEST(step_timer, tells_steps_from_checkpoints) {
  const tests::Scratch scratch;
  double now = 0;
  TimeBudget budget(std::nullopt, [&] { return now; });
  StepTimer timer(budget, scratch.path());
  const auto step = [&](std::uint64_t number, double saving) {
    now += saving + 3;  // lanes
    timer.asked();
    now += 1;  // exchange and update
    timer.reported(number);
  };
  step(1, 0);
  step(2, 0);
  EXPECT_EQ(budget.pace().step, 4);
  EXPECT_EQ(budget.pace().checkpoint, 0);
  std::filesystem::create_directories(storage::checkpoint_path(scratch.path(), 2));
  step(3, 25);  // saved after step 2
  step(4, 0);
  EXPECT_EQ(budget.pace().step, 4) << "a checkpoint is no part of a step";
  EXPECT_EQ(budget.pace().checkpoint, 25);
}

}  // namespace genloss::orchestrator
