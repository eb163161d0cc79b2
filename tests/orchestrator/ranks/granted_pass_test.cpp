#include "orchestrator/dispatch/granted_pass.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <thread>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"
#include "tests/test_world.hpp"

namespace genloss {
namespace {

using orchestrator::granted_pass;
using orchestrator::PassOptions;
using workers::Heartbeat;

/// How often each item was worked on, over all ranks.
std::vector<std::int64_t> counted(std::vector<std::int64_t> mine) {
  tests::ranks().all_reduce(comms::buffer_of(std::span(mine)), comms::ReduceOp::sum, "counts");
  return mine;
}

}  // namespace

TEST(granted_pass, does_every_item_once) {
  for (const std::uint64_t items : {0u, 1u, 7u, 500u}) {
    std::vector<std::int64_t> times(items, 0);
    std::uint64_t seen = 0;
    PassOptions options;
    options.progress = [&](std::uint64_t done, std::uint64_t) { seen = done; };
    EXPECT_TRUE(granted_pass(
        tests::ranks(), "test", items, [&](std::uint64_t i, const Heartbeat&) { ++times[i]; }, options));
    for (const auto n : counted(times)) EXPECT_EQ(n, 1);
    if (tests::ranks().is_root()) {
      EXPECT_EQ(seen, items);
    }
  }
}

TEST(granted_pass, long_items_do_not_hold_up_the_others) {
  auto& ranks = tests::ranks();
  std::vector<std::int64_t> mine(static_cast<std::size_t>(ranks.size()), 0);
  const auto work = [&](std::uint64_t item, const Heartbeat& beat) {
    ++mine[static_cast<std::size_t>(ranks.rank())];
    for (int i = 0; i < (item == 0 ? 200 : 2); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      beat(0);
    }
  };
  EXPECT_TRUE(granted_pass(ranks, "uneven", 60, work, {}));
  const auto all = counted(mine);
  EXPECT_EQ(std::accumulate(all.begin(), all.end(), std::int64_t{0}), 60);
  if (ranks.size() > 1) {
    EXPECT_LT(*std::min_element(all.begin(), all.end()), 60 / ranks.size());
  }
}

TEST(granted_pass, a_rank_that_only_beats_deep_inside_its_work_is_not_missing) {
  PassOptions options;
  options.deadline_seconds = 1;
  const auto work = [&](std::uint64_t item, const Heartbeat&) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(item == 0 ? 2500 : 1);
    while (std::chrono::steady_clock::now() < end) {
      beat("a long piece of work");
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  };
  EXPECT_TRUE(granted_pass(tests::ranks(), "long work", 4, work, options));
}

TEST(granted_pass, rank_0_works_like_the_others_whatever_their_number) {
  auto& ranks = tests::ranks();
  std::vector<std::int64_t> mine(static_cast<std::size_t>(ranks.size()), 0);
  const auto work = [&](std::uint64_t, const Heartbeat&) {
    ++mine[static_cast<std::size_t>(ranks.rank())];
    for (int i = 0; i < 20; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      beat("an item");
    }
  };
  const std::uint64_t items = 20 * static_cast<std::uint64_t>(ranks.size());
  EXPECT_TRUE(granted_pass(ranks, "alike", items, work, {}));
  const auto all = counted(mine);
  EXPECT_GE(all[0], 10) << "of 20 a rank";
}

TEST(granted_pass, an_error_on_one_rank_ends_the_pass_on_all) {
  auto& ranks = tests::ranks();
  const auto work = [&](std::uint64_t item, const Heartbeat&) {
    if (item == 5) throw Error(ExitCode::input_output, "write", "shard 5", "disk full");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  try {
    (void)granted_pass(ranks, "failing", 1000, work, {});
    FAIL() << "every rank has to throw";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::input_output);
  }
  EXPECT_TRUE(granted_pass(ranks, "after the failure", 10, [](std::uint64_t, const Heartbeat&) {}, {}));
}

TEST(granted_pass, a_stop_on_any_rank_finishes_begun_items_and_no_others) {
  auto& ranks = tests::ranks();
  bool stop = false;
  std::vector<std::int64_t> times(10'000, 0);
  PassOptions options;
  options.stop_requested = [&] { return stop; };
  const auto work = [&](std::uint64_t item, const Heartbeat& beat) {
    if (item == 20) stop = true;  // whichever rank this is
    beat(0);
    std::this_thread::sleep_for(std::chrono::microseconds(500));
    ++times[item];
  };
  EXPECT_FALSE(granted_pass(ranks, "stopped", times.size(), work, options));
  const auto all = counted(times);
  const auto done = std::accumulate(all.begin(), all.end(), std::int64_t{0});
  EXPECT_EQ(all[20], 1);
  EXPECT_LT(done, 5000);
  EXPECT_EQ(*std::max_element(all.begin(), all.end()), 1);
}

TEST(granted_pass, a_silent_rank_is_named) {
  auto& ranks = tests::ranks();
  if (ranks.size() < 2) GTEST_SKIP() << "needs two ranks";
  PassOptions options;
  options.stall_seconds = 0.2;
  options.deadline_seconds = 100;
  std::string warning;
  options.warn = [&](const std::string& text) { warning = text; };
  const auto work = [&](std::uint64_t, const Heartbeat&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(ranks.rank() == 1 ? 3000 : 50));
  };
  EXPECT_TRUE(granted_pass(ranks, "sampling", 40, work, options));
  if (ranks.is_root()) {
    EXPECT_NE(warning.find("rank 1 on "), std::string::npos) << warning;
  }
}

}  // namespace genloss
