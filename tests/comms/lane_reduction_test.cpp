#include "comms/lanes/lane_reduction.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "tests/comms/thread_ranks.hpp"
#include "tests/test_world.hpp"

namespace genloss {
namespace {

constexpr std::size_t count = 3360;  // splits into 1 to 8 and 16 slices, and is longer than one block of the kernels

/// Values of wild magnitude, so that every order of summation gives other bits. One vector per lane.
template <class T>
using Lanes = std::vector<std::vector<T>>;
template <class T>
Lanes<T> wild_values(int lanes) {
  const jobs::CounterRandom random({7, jobs::Purpose::synthetic_load, 0});
  Lanes<T> values(static_cast<std::size_t>(lanes), std::vector<T>(count));
  for (std::size_t lane = 0; lane < values.size(); ++lane) {
    for (std::size_t i = 0; i < count; ++i) {
      values[lane][i] =
          static_cast<T>(random.normal(lane, 2 * i) * std::pow(10.0, 12 * random.uniform(lane, 2 * i + 1) - 6));
    }
  }
  return values;
}

template <class T>
std::vector<T> tree(const Lanes<T>& values, std::size_t begin, std::size_t end) {
  if (end - begin == 1) return values[begin];
  auto left = tree(values, begin, (begin + end) / 2);
  const auto right = tree(values, (begin + end) / 2, end);
  for (std::size_t i = 0; i < count; ++i) left[i] = left[i] + right[i];
  return left;
}
template <class T>
std::vector<T> tree(const Lanes<T>& values) {
  return tree(values, 0, values.size());
}

/// One lane, given in one of the ways a caller may.
template <class T>
void give(comms::LaneReduction<T>& reduction, int lane, const std::vector<T>& values, int way) {
  reduction.begin_lane(lane);
  const std::span all(values);
  if (way % 3 == 0) {
    std::copy(all.begin(), all.end(), reduction.lane_buffer().begin());
  } else if (way % 3 == 1) {
    reduction.put(10, all.subspan(10, 1500));  // in pieces, as gradients come: not in the order of offsets
    reduction.put(1510, all.subspan(1510));
    reduction.put(0, all.first(10));
  } else {
    reduction.put(0, all);
  }
  reduction.end_lane();
}

/// Whether this rank's slice of the sum has the bits of the tree.
template <class T>
bool has_tree_bits(comms::Communicator& ranks, const Lanes<T>& values) {
  comms::LaneReduction<T> reduction(ranks, static_cast<int>(values.size()), count);
  const auto expected = tree(values);
  bool equal = true;
  for (int round = 0; round < 3; ++round) {  // buffers are used again: later rounds must not remember earlier ones
    for (int lane = reduction.my_lanes().begin; lane < reduction.my_lanes().end; ++lane) {
      give(reduction, lane, values[static_cast<std::size_t>(lane)], round + lane);
    }
    const auto slice = reduction.finish("test sum");
    const auto* mine = expected.data() + slice.size() * static_cast<std::size_t>(ranks.rank());
    equal = equal && slice.size() * static_cast<std::size_t>(ranks.size()) == count &&
            std::memcmp(mine, slice.data(), slice.size_bytes()) == 0;
    std::fill(slice.begin(), slice.end(), T{1});  // the caller may change it
  }
  return equal;
}

template <class T>
void expect_tree_bits_on_threads(int lanes) {
  const auto values = wild_values<T>(lanes);
  for (int n = 1; n <= std::min(lanes, 8); ++n) {
    tests::ThreadRanks::run(n, [&](comms::Communicator& ranks) {
      EXPECT_TRUE(has_tree_bits(ranks, values)) << "rank " << ranks.rank() << " of " << n << ", " << lanes << " lanes";
    });
  }
}

}  // namespace

TEST(lane_reduction, gives_the_bits_of_the_fixed_tree_over_the_communicator) {
  for (const int lanes : {8, 16}) {
    if (tests::ranks().size() > lanes) continue;
    EXPECT_TRUE(has_tree_bits(tests::ranks(), wild_values<float>(lanes)));
    EXPECT_TRUE(has_tree_bits(tests::ranks(), wild_values<double>(lanes)));
  }
}

TEST(lane_reduction, gives_the_same_bits_on_one_to_eight_ranks) {
  if (!tests::ranks().is_root()) return;
  for (const int lanes : {1, 2, 4, 8, 16, 64}) expect_tree_bits_on_threads<float>(lanes);
  expect_tree_bits_on_threads<double>(8);
}

TEST(lane_reduction, differs_from_adding_lanes_in_a_row) {
  const auto values = wild_values<float>(8);
  std::vector<float> row = values[0];
  for (std::size_t lane = 1; lane < values.size(); ++lane) {
    for (std::size_t i = 0; i < count; ++i) row[i] += values[lane][i];
  }
  EXPECT_NE(0, std::memcmp(tree(values).data(), row.data(), count * sizeof(float)));
}

TEST(lane_reduction, takes_what_is_not_given_as_zero) {
  const auto alone = comms::make_self();
  comms::LaneReduction<float> reduction(*alone, 4, 3000);
  const std::vector<float> ones(100, 1.0F);
  for (int round = 0; round < 2; ++round) {
    for (int lane = 0; lane < 4; ++lane) {
      reduction.begin_lane(lane);
      if (round == 0 || lane == 2) reduction.put(1450, ones);  // the second round must not see the first one's values
      reduction.end_lane();
    }
    const auto sum = reduction.finish("gaps");
    for (std::size_t i = 0; i < sum.size(); ++i) {
      ASSERT_EQ(sum[i], i < 1450 || i >= 1550 ? 0.0F : round == 0 ? 4.0F : 1.0F) << i;
    }
  }
}

TEST(lane_reduction, tells_misuse) {
  const auto alone = comms::make_self();
  comms::LaneReduction<float> reduction(*alone, 2, 8);
  const std::vector<float> values(8);
  EXPECT_THROW(reduction.begin_lane(1), Error) << "lanes come in order";
  reduction.begin_lane(0);
  EXPECT_THROW((void)reduction.finish("early"), Error);
  EXPECT_THROW(reduction.put(1, values), Error) << "does not fit";
  reduction.put(0, values);
  reduction.put(7, std::span(values).first(1));
  EXPECT_THROW(reduction.end_lane(), Error) << "element 7 was given twice";
}

TEST(lane_reduction, gives_every_lane_to_one_rank) {
  for (int n = 1; n <= 8; ++n) {
    int next = 0;
    for (int rank = 0; rank < n; ++rank) {
      const auto range = comms::lanes_of(rank, n, 8);
      EXPECT_EQ(range.begin, next);
      EXPECT_GE(range.count(), 8 / n);
      EXPECT_LE(range.count(), (8 + n - 1) / n);
      next = range.end;
    }
    EXPECT_EQ(next, 8);
  }
}

TEST(lane_reduction, refuses_more_ranks_than_lanes_and_odd_lanes) {
  auto& ranks = tests::ranks();
  EXPECT_THROW(comms::LaneReduction<float>(ranks, 3, 3360), Error);
  EXPECT_THROW(comms::LaneReduction<float>(ranks, 0, 3360), Error);
  if (ranks.size() > 1) {
    EXPECT_THROW(comms::LaneReduction<float>(ranks, 1, 3360), Error);
    EXPECT_THROW(comms::LaneReduction<float>(ranks, 16, 3361), Error) << "slices have to be equal";
  }
}

TEST(lane_reduction, sums_plain_numbers_in_tree_order) {
  const std::vector<double> values{1e16, 1.0, -1e16, 1.0};
  EXPECT_EQ(comms::tree_sum(values), (1e16 + 1.0) + (-1e16 + 1.0));
  EXPECT_EQ(comms::tree_sum({}), 0.0);
}

}  // namespace genloss
