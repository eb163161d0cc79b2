#include "orchestrator/dispatch/grant_worker.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace genloss {
namespace {

using orchestrator::GrantWorker;
using orchestrator::ItemEnd;
using orchestrator::Reply;
using orchestrator::Request;
using Kind = Request::Kind;

struct Rank {
  std::vector<Kind> told;
  GrantWorker grants;
  explicit Rank(bool ahead_of_time = true)
      : grants(7, ahead_of_time, [this](const Request& request) { told.push_back(request.kind); }) {}
  void grant(std::uint64_t item, std::uint32_t pass = 7) { grants.heard({Reply::Kind::item, pass, item}); }
};

}  // namespace

TEST(grant_worker, holds_its_next_item_while_it_works) {
  Rank rank;
  rank.grants.begin();
  EXPECT_EQ(rank.told, (std::vector{Kind::want, Kind::want}));
  rank.grant(3);
  rank.grant(4);
  EXPECT_EQ(rank.grants.next(0), 3u);
  rank.grants.ended({});
  EXPECT_EQ(rank.told.back(), Kind::complete);
  EXPECT_EQ(rank.grants.next(30), 4u);
  Rank one(false);
  one.grants.begin();
  EXPECT_EQ(one.told.size(), 1u);
}

TEST(grant_worker, asks_further_ahead_for_short_items_only) {
  Rank rank;
  rank.grant(0);
  (void)rank.grants.next(0);
  rank.grants.about_to_wait(1);
  EXPECT_TRUE(rank.told.empty());
  rank.grant(1);
  (void)rank.grants.next(1);
  for (int i = 0; i < 100; ++i) rank.grants.about_to_wait(1.001);
  EXPECT_EQ(rank.told.size(), 14u) << "sixteen in hand or in flight, no more";
}

TEST(grant_worker, gives_back_what_it_has_not_begun_when_it_stops) {
  Rank rank;
  rank.grant(0);
  rank.grant(1);
  EXPECT_EQ(rank.grants.next(0), 0u);
  rank.grants.stop();
  rank.grants.stop();
  rank.grants.ended({});
  EXPECT_EQ(rank.grants.next(1), std::nullopt);
  EXPECT_EQ(rank.told, (std::vector{Kind::stop, Kind::complete, Kind::unstarted, Kind::want}));
  EXPECT_FALSE(rank.grants.finished()) << "until it is told so";
  rank.grants.heard({Reply::Kind::finish, 7, 0});
  EXPECT_TRUE(rank.grants.finished());
}

TEST(grant_worker, hands_back_the_item_that_failed) {
  Rank rank;
  rank.grant(0);
  (void)rank.grants.next(0);
  rank.grants.failed();
  EXPECT_EQ(rank.told, (std::vector{Kind::failed, Kind::unstarted, Kind::want}));
}

TEST(grant_worker, does_not_mistake_a_late_message_of_an_earlier_pass) {
  Rank rank;
  rank.grant(0, 6);
  EXPECT_FALSE(rank.grants.holds_items());
  rank.grants.heard({Reply::Kind::finish, 6, 0});
  EXPECT_FALSE(rank.grants.finished());
}

}  // namespace genloss
