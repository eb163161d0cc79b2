// Every collective over NCCL (its double) against the same over MPI, bit for bit.

#include <cmath>

#include "jobs/random.hpp"
#include "tests/comms/nccl/nccl_fixture.hpp"

namespace genloss {
namespace {

using comms::buffer_of;
using comms::ReduceOp;
using tests::OnDevice;
using tests::ranks;

class nccl_collectives : public tests::NcclTest {};  // NOLINT: tests are sentences

/// Of wild magnitude, so that every order of summation gives other bits.
template <class T>
std::vector<T> wild_values(std::size_t count) {
  const jobs::CounterRandom random({11, jobs::Purpose::synthetic_load, 0});
  const auto place = static_cast<std::uint64_t>(ranks().rank());
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    if constexpr (sizeof(T) == 1) {
      values[i] = static_cast<T>(random.below(60, place, i));  // MPI's sums of bytes saturate, NCCL's wrap
      continue;
    }
    values[i] = static_cast<T>(random.normal(place, 2 * i) * std::pow(10.0, 8 * random.uniform(place, 2 * i + 1) - 3));
  }
  return values;
}

template <class T>
void expect_mpis_bits(comms::Communicator& nccl, std::size_t count) {
  const auto n = static_cast<std::size_t>(ranks().size());
  const std::vector<T> mine = wild_values<T>(count), many = wild_values<T>(count * n);
  for (const ReduceOp op : {ReduceOp::sum, ReduceOp::max, ReduceOp::min}) {
    std::vector<T> expected = mine;
    ranks().all_reduce(buffer_of(std::span(expected)), op, "all-reduce");
    const OnDevice<T> data(mine);
    nccl.all_reduce(data.buffer(), op, "all-reduce");
    EXPECT_EQ(data.values(), expected);

    std::vector<T> slice(count);
    ranks().reduce_scatter(buffer_of(std::span<const T>(many)), buffer_of(std::span(slice)), op, "reduce-scatter");
    const OnDevice<T> in(many), out(count);
    nccl.reduce_scatter(in.buffer(), out.buffer(), op, "reduce-scatter");
    EXPECT_EQ(out.values(), slice);
  }
  const OnDevice<T> one(mine), all(count * n), from(many), to(count * n);
  std::vector<T> expected(count * n);
  ranks().all_gather(buffer_of(std::span<const T>(mine)), buffer_of(std::span(expected)), "all-gather");
  nccl.all_gather(one.buffer(), all.buffer(), "all-gather");
  EXPECT_EQ(all.values(), expected);
  ranks().all_to_all(buffer_of(std::span<const T>(many)), buffer_of(std::span(expected)), "all-to-all");
  nccl.all_to_all(from.buffer(), to.buffer(), "all-to-all");
  EXPECT_EQ(to.values(), expected);
  for (int root = 0; root < ranks().size(); ++root) {
    std::vector<T> told = mine;
    ranks().broadcast(buffer_of(std::span(told)), root, "broadcast");
    const OnDevice<T> heard(mine);
    nccl.broadcast(heard.buffer(), root, "broadcast");
    EXPECT_EQ(heard.values(), told);
  }
}

}  // namespace

TEST_F(nccl_collectives, give_the_bits_of_mpis) {
  const auto nccl = connect();
  for (const std::size_t count : {1U, 7U, 1000U}) {
    expect_mpis_bits<float>(*nccl, count);
    expect_mpis_bits<double>(*nccl, count);
    expect_mpis_bits<std::int64_t>(*nccl, count);
  }
  expect_mpis_bits<std::uint8_t>(*nccl, 33);
}

TEST_F(nccl_collectives, gather_into_the_own_slot_in_place) {
  const auto nccl = connect();
  const auto n = static_cast<std::size_t>(ranks().size()), me = static_cast<std::size_t>(ranks().rank());
  const OnDevice<std::int32_t> all(3 * n);
  std::fill_n(all.data() + 3 * me, 3, static_cast<std::int32_t>(me) + 1);
  nccl->all_gather(buffer_of(all.span().subspan(3 * me, 3)), all.buffer(), "in place");
  for (std::size_t i = 0; i < 3 * n; ++i) EXPECT_EQ(all.values()[i], static_cast<std::int32_t>(i / 3) + 1);
}

TEST_F(nccl_collectives, of_host_memory_and_messages_go_by_the_host_communicator) {
  const auto nccl = connect();
  const auto before = doubles::counts().operations;
  EXPECT_EQ(nccl->agree_max(ranks().rank(), "largest rank"), ranks().size() - 1);
  EXPECT_EQ(nccl->broadcast_text(ranks().is_root() ? "text" : "", 0, "text"), "text");
  std::vector<double> values{1.0 + ranks().rank()};
  nccl->all_reduce(buffer_of(std::span(values)), ReduceOp::sum, "host memory");
  EXPECT_EQ(values[0], ranks().size() * (ranks().size() + 1) / 2.0);
  EXPECT_EQ(doubles::counts().operations, before) << "host memory was given to NCCL";
}

TEST_F(nccl_collectives, move_as_many_bytes_as_a_ring_would) {
  const auto nccl = connect();
  const auto n = static_cast<std::size_t>(ranks().size());
  const OnDevice<float> in(1000 * n), out(1000 * n);
  const auto before = doubles::counts().bytes_sent;
  nccl->all_to_all(in.buffer(), out.buffer(), "slices");
  EXPECT_EQ(doubles::counts().bytes_sent - before, static_cast<std::int64_t>(4000 * (n - 1)));
}

TEST_F(nccl_collectives, of_a_part_reach_the_ranks_of_the_part_alone) {
  const auto nccl = connect();
  const auto part = nccl->split(ranks().rank() % 2, -ranks().rank());
  const OnDevice<std::int64_t> members(std::vector<std::int64_t>{1});
  part->all_reduce(members.buffer(), ReduceOp::sum, "members");
  EXPECT_EQ(members.values()[0], part->size());
  const OnDevice<std::int64_t> all(static_cast<std::size_t>(part->size())),
      me(std::vector<std::int64_t>{ranks().rank()});
  part->all_gather(me.buffer(), all.buffer(), "members");
  EXPECT_TRUE(std::ranges::is_sorted(all.values(), std::greater<>())) << "keys were negative ranks";
  EXPECT_EQ(all.values()[static_cast<std::size_t>(part->rank())], ranks().rank());
}

}  // namespace genloss
