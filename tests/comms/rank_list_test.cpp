#include "comms/rank_list.hpp"

#include <gtest/gtest.h>

namespace genloss {

TEST(rank_list, groups_ranks_by_host) {
  const std::vector<std::string> hosts{"h1", "h1", "h1", "h1", "h2", "h2", "h2", "h2"};
  EXPECT_EQ(comms::name_ranks(std::vector<int>{3}, hosts), "rank 3 (host h1)");
  EXPECT_EQ(comms::name_ranks(std::vector<int>{5, 7}, hosts), "ranks 5, 7 (host h2)");
  EXPECT_EQ(comms::name_ranks(std::vector<int>{0, 1, 2, 3, 5, 6}, hosts), "ranks 0-3 (host h1), 5, 6 (host h2)");
}

TEST(rank_list, does_without_hosts) { EXPECT_EQ(comms::name_ranks(std::vector<int>{1, 2, 3, 9}, {}), "ranks 1-3, 9"); }

}  // namespace genloss
