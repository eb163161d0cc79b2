#include "comms/lane_reduction.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "tests/test_world.hpp"

namespace genloss {
namespace {

constexpr int lanes = 8;
constexpr std::size_t count = 24 * 7;

/// Values of wild magnitude, so that every order of summation gives other bits.
template <class T>
std::vector<T> lane_values(int lane) {
  const jobs::CounterRandom random({7, jobs::Purpose::synthetic_load, 0});
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto l = static_cast<std::uint64_t>(lane);
    values[i] = static_cast<T>(random.normal(l, 2 * i) * std::pow(10.0, 12 * random.uniform(l, 2 * i + 1) - 6));
  }
  return values;
}

template <class T>
std::vector<T> tree(int begin, int end) {
  if (end - begin == 1) return lane_values<T>(begin);
  auto left = tree<T>(begin, (begin + end) / 2);
  const auto right = tree<T>((begin + end) / 2, end);
  for (std::size_t i = 0; i < count; ++i) left[i] = left[i] + right[i];
  return left;
}

template <class T>
std::vector<T> reduce(comms::LaneReduction<T>& reduction, comms::Communicator& ranks) {
  for (int lane = reduction.my_lanes().begin; lane < reduction.my_lanes().end; ++lane) {
    const auto values = lane_values<T>(lane);
    reduction.begin_lane(lane);
    reduction.put(0, std::span(values).first(10));  // in two pieces, as parameters come
    reduction.put(10, std::span(values).subspan(10));
    reduction.end_lane();
  }
  const auto slice = reduction.finish("test sum");
  std::vector<T> all(count);
  const std::vector<T> mine(slice.begin(), slice.end());
  ranks.all_gather(comms::buffer_of(std::span<const T>(mine)), comms::buffer_of(std::span(all)), "test slices");
  return all;
}

template <class T>
void expect_tree_bits() {
  auto& ranks = tests::ranks();
  comms::LaneReduction<T> reduction(ranks, lanes, count);
  const auto expected = tree<T>(0, lanes);
  for (int round = 0; round < 3; ++round) {  // buffers are used again: later rounds must not remember earlier ones
    const auto sum = reduce(reduction, ranks);
    EXPECT_EQ(0, std::memcmp(expected.data(), sum.data(), count * sizeof(T))) << "round " << round;
  }
}

}  // namespace

TEST(lane_reduction, gives_the_bits_of_the_fixed_tree_at_any_rank_count) {
  expect_tree_bits<float>();
  expect_tree_bits<double>();
}

TEST(lane_reduction, differs_from_adding_lanes_in_a_row) {
  std::vector<float> row = lane_values<float>(0);
  for (int lane = 1; lane < lanes; ++lane) {
    const auto values = lane_values<float>(lane);
    for (std::size_t i = 0; i < count; ++i) row[i] += values[i];
  }
  EXPECT_NE(0, std::memcmp(tree<float>(0, lanes).data(), row.data(), count * sizeof(float)));
}

TEST(lane_reduction, gives_every_lane_to_one_rank) {
  for (int n = 1; n <= lanes; ++n) {
    int next = 0;
    for (int rank = 0; rank < n; ++rank) {
      const auto range = comms::lanes_of(rank, n, lanes);
      EXPECT_EQ(range.begin, next);
      EXPECT_GE(range.count(), lanes / n);
      next = range.end;
    }
    EXPECT_EQ(next, lanes);
  }
}

TEST(lane_reduction, refuses_more_ranks_than_lanes) {
  auto& ranks = tests::ranks();
  if (ranks.size() == 1) {
    EXPECT_THROW(comms::LaneReduction<float>(ranks, 3, 12), Error);
  } else {
    EXPECT_THROW(comms::LaneReduction<float>(ranks, 1, 12), Error);
  }
}

TEST(lane_reduction, sums_plain_numbers_in_tree_order) {
  const std::vector<double> values{1e16, 1.0, -1e16, 1.0};
  EXPECT_EQ(comms::tree_sum(values), (1e16 + 1.0) + (-1e16 + 1.0));
}

}  // namespace genloss
