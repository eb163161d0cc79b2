#include "orchestrator/dispatch/grant_desk.hpp"

#include <gtest/gtest.h>

namespace genloss {

using orchestrator::GrantDesk;
using orchestrator::Reply;
using orchestrator::Request;

namespace {
Reply want(GrantDesk& desk, int rank) { return desk.answer(rank, {Request::Kind::want, 1, 0}, 0); }
Reply complete(GrantDesk& desk, int rank, std::uint64_t item) {
  return desk.answer(rank, {Request::Kind::complete, 1, item}, 0);
}
}  // namespace

TEST(grant_desk, grants_ahead_of_time_but_not_near_the_end) {
  constexpr int ranks = 10;
  genloss::orchestrator::CountedItems items(25);
  GrantDesk desk(1, items, ranks);
  EXPECT_EQ(want(desk, 1).kind, Reply::Kind::item);
  EXPECT_EQ(want(desk, 1).kind, Reply::Kind::item) << "23 items are left for 10 ranks: the next one is there already";
  for (int rank = 2; rank <= 5; ++rank) EXPECT_EQ(want(desk, rank).kind, Reply::Kind::item);
  EXPECT_EQ(desk.table().left(), 19u);
  EXPECT_EQ(want(desk, 2).kind, Reply::Kind::wait) << "fewer than two a rank: only to ranks that hold nothing";
  EXPECT_EQ(want(desk, 6).kind, Reply::Kind::item);
  EXPECT_EQ(complete(desk, 1, 0).kind, Reply::Kind::wait) << "it still holds item 1";
  EXPECT_EQ(complete(desk, 1, 1).kind, Reply::Kind::item);
}

TEST(grant_desk, sends_ranks_home_when_all_is_done_and_not_before) {
  genloss::orchestrator::CountedItems items(1);
  GrantDesk desk(1, items, 3);
  EXPECT_EQ(want(desk, 1).kind, Reply::Kind::item);
  EXPECT_EQ(want(desk, 2).kind, Reply::Kind::finish);
  EXPECT_EQ(desk.idle(), std::set<int>{2});
  EXPECT_TRUE(desk.notes(0).empty());
  EXPECT_EQ(complete(desk, 1, 0).kind, Reply::Kind::finish);
  const auto notes = desk.notes(0);
  ASSERT_EQ(notes.size(), 2u);
  for (const auto& note : notes) EXPECT_EQ(note.reply.kind, Reply::Kind::finish);
  EXPECT_TRUE(desk.dismissed());
  EXPECT_TRUE(desk.notes(0).empty()) << "once";
}

TEST(grant_desk, a_stop_refuses_everyone) {
  genloss::orchestrator::CountedItems items(100);
  GrantDesk desk(1, items, 2);
  const Reply granted = want(desk, 1);
  (void)desk.answer(1, {Request::Kind::stop, 1, 0}, 0);
  EXPECT_EQ(want(desk, 1).kind, Reply::Kind::finish);
  ASSERT_EQ(desk.notes(0).front().reply.kind, Reply::Kind::stop);
  EXPECT_FALSE(desk.dismissed()) << "one item is held";
  (void)desk.answer(1, {Request::Kind::unstarted, 1, granted.item}, 0);
  EXPECT_EQ(desk.notes(0).front().reply.kind, Reply::Kind::finish);
  EXPECT_TRUE(desk.dismissed());
}

TEST(grant_desk, offers_what_was_given_back_to_ranks_that_asked_in_vain) {
  genloss::orchestrator::CountedItems items(1);
  GrantDesk desk(1, items, 3);
  const Reply granted = want(desk, 1);
  EXPECT_EQ(want(desk, 2).kind, Reply::Kind::finish);
  (void)desk.answer(1, {Request::Kind::unstarted, 1, granted.item}, 0);
  const auto notes = desk.notes(0);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].rank, 2);
  EXPECT_EQ(notes[0].reply.kind, Reply::Kind::item);
  EXPECT_TRUE(desk.idle().empty());
}

}  // namespace genloss
