#include "orchestrator/dispatch/grant_table.hpp"

#include <gtest/gtest.h>

#include <set>

#include "jobs/error.hpp"

namespace genloss {

using orchestrator::GrantTable;

TEST(grant_table, grants_every_item_once_and_knows_when_all_are_done) {
  genloss::orchestrator::CountedItems items(3);
  GrantTable table(items, 2);
  std::set<std::uint64_t> granted;
  while (const auto item = table.grant(1, 0)) granted.insert(*item);
  EXPECT_EQ(granted, (std::set<std::uint64_t>{0, 1, 2}));
  EXPECT_FALSE(table.finished());
  for (const auto item : granted) table.complete(1, item, 1);
  EXPECT_TRUE(table.finished());
  EXPECT_EQ(table.completed(), 3u);
}

TEST(grant_table, grants_again_what_was_given_back) {
  genloss::orchestrator::CountedItems items(2);
  GrantTable table(items, 2);
  const auto first = table.grant(0, 0);
  table.give_back(0, *first);
  std::set<std::uint64_t> granted;
  while (const auto item = table.grant(1, 0)) granted.insert(*item);
  EXPECT_EQ(granted.size(), 2u);
}

TEST(grant_table, grants_nothing_after_a_stop) {
  genloss::orchestrator::CountedItems items(10);
  GrantTable table(items, 2);
  const auto item = table.grant(0, 0);
  table.stop();
  EXPECT_FALSE(table.grant(1, 0).has_value());
  EXPECT_FALSE(table.finished()) << "one item is still held";
  table.complete(0, *item, 1);
  EXPECT_TRUE(table.finished());
  EXPECT_EQ(table.completed(), 1u);
}

TEST(grant_table, refuses_reports_of_items_that_were_not_granted) {
  genloss::orchestrator::CountedItems items(2);
  GrantTable table(items, 2);
  (void)table.grant(0, 0);
  EXPECT_THROW(table.complete(1, 0, 0), Error);
  EXPECT_THROW(table.complete(0, 1, 0), Error);
}

TEST(grant_table, names_ranks_that_hold_something_and_are_silent) {
  genloss::orchestrator::CountedItems items(10);
  GrantTable table(items, 4);
  (void)table.grant(1, 0.0);
  (void)table.grant(2, 0.0);
  (void)table.grant(3, 0.0);
  table.heard(2, 90.0);
  table.complete(3, 2, 1.0);
  const auto stalls = table.stalled(100.0, 60.0);
  ASSERT_EQ(stalls.size(), 1u) << "rank 2 was heard of, rank 3 holds nothing";
  EXPECT_EQ(stalls[0].rank, 1);
  EXPECT_EQ(orchestrator::describe(stalls, [](int rank) { return "n" + std::to_string(rank); }),
            "rank 1 on n1 (item 0, silent for 100 s)");
}

}  // namespace genloss
