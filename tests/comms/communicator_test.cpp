#include "comms/communicator.hpp"

#include <gtest/gtest.h>
#include <mpi.h>

#include <stdexcept>

#include "comms/dry_run.hpp"
#include "comms/error_text.hpp"
#include "comms/mpi/mpi_communicator.hpp"
#include "jobs/error.hpp"
#include "tests/test_world.hpp"

namespace genloss {
namespace {

using comms::buffer_of;
using comms::ReduceOp;

/// Every collective on this communicator, checked against what it must give.
void check_collectives(comms::Communicator& ranks, std::size_t count) {
  const auto n = static_cast<std::size_t>(ranks.size());
  const auto me = static_cast<std::int64_t>(ranks.rank());
  const auto size = static_cast<std::int64_t>(n);
  std::vector<std::int64_t> sum(count);
  for (std::size_t i = 0; i < count; ++i) sum[i] = me + static_cast<std::int64_t>(i);
  ranks.all_reduce(buffer_of(std::span(sum)), ReduceOp::sum, "sum");
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_EQ(sum[i], size * (size - 1) / 2 + size * static_cast<std::int64_t>(i));
  }
  std::vector<std::int64_t> all(count * n), mine(count, me);
  ranks.all_gather(buffer_of(std::span<const std::int64_t>(mine)), buffer_of(std::span(all)), "gather");
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], static_cast<std::int64_t>(i / count));
  std::fill(all.begin(), all.end(), -1);
  std::fill_n(all.begin() + static_cast<std::ptrdiff_t>(count * static_cast<std::size_t>(me)), count, me);
  const std::span<const std::int64_t> slot(all.data() + count * static_cast<std::size_t>(me), count);
  ranks.all_gather(buffer_of(slot), buffer_of(std::span(all)), "gather in place");
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], static_cast<std::int64_t>(i / count));
  std::vector<std::int64_t> out(count * n), in(count * n);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = me * 1000 + static_cast<std::int64_t>(i / count);
  ranks.all_to_all(buffer_of(std::span<const std::int64_t>(out)), buffer_of(std::span(in)), "all to all");
  for (std::size_t i = 0; i < in.size(); ++i) ASSERT_EQ(in[i], static_cast<std::int64_t>(i / count) * 1000 + me);
  std::vector<std::int64_t> slice(count);
  ranks.reduce_scatter(buffer_of(std::span<const std::int64_t>(out)), buffer_of(std::span(slice)), ReduceOp::max,
                       "scatter");
  for (const auto value : slice) ASSERT_EQ(value, (size - 1) * 1000 + me);
  std::vector<std::int64_t> told(count, me == size - 1 ? 42 : 0);
  ranks.broadcast(buffer_of(std::span(told)), ranks.size() - 1, "broadcast");
  for (const auto value : told) ASSERT_EQ(value, 42);
}

}  // namespace

TEST(communicator, collectives_give_what_they_should) { check_collectives(tests::ranks(), 5); }

TEST(communicator, moves_bulk_data) { check_collectives(tests::ranks(), 30'000); }

TEST(communicator, long_buffers_go_in_pieces) {
  if (tests::ranks().name() != "mpi") GTEST_SKIP() << "needs mpirun";
  comms::MpiCommunicator small(MPI_COMM_WORLD, {}, 3);  // three elements a call: every branch for long buffers is taken
  check_collectives(small, 17);
}

TEST(communicator, exchanges_blocks_of_any_size) {
  auto& ranks = tests::ranks();
  std::vector<std::vector<std::byte>> send(static_cast<std::size_t>(ranks.size()));
  for (int r = 0; r < ranks.size(); ++r) {
    send[static_cast<std::size_t>(r)].assign(static_cast<std::size_t>(r * 3 + ranks.rank()),
                                             static_cast<std::byte>(ranks.rank()));
  }
  const auto received = ranks.exchange(send, "blocks");
  for (int r = 0; r < ranks.size(); ++r) {
    const auto& block = received[static_cast<std::size_t>(r)];
    ASSERT_EQ(block.size(), static_cast<std::size_t>(ranks.rank() * 3 + r));
    for (const auto byte : block) EXPECT_EQ(byte, static_cast<std::byte>(r));
  }
}

TEST(communicator, gathers_blocks_of_any_size_on_the_root) {
  auto& ranks = tests::ranks();
  const int root = ranks.size() - 1;
  const std::vector<std::byte> mine(static_cast<std::size_t>(ranks.rank()) * 50'000, std::byte{7});  // rank 0: empty
  const auto all = ranks.gather(mine, root, "reports");
  if (ranks.rank() != root) {
    EXPECT_TRUE(all.empty());
    return;
  }
  ASSERT_EQ(all.size(), static_cast<std::size_t>(ranks.size()));
  for (std::size_t r = 0; r < all.size(); ++r) EXPECT_EQ(all[r], std::vector<std::byte>(r * 50'000, std::byte{7}));
}

TEST(communicator, tells_text_of_any_length) {
  auto& ranks = tests::ranks();
  for (const std::size_t length : {0U, 5U, 200'000U}) {
    const std::string text(length, 'x');
    EXPECT_EQ(ranks.broadcast_text(ranks.is_root() ? text : "something else", 0, "text"), text);
  }
  EXPECT_EQ(ranks.agree_max(-ranks.rank(), "max"), 0);
}

TEST(communicator, foreign_exceptions_are_internal_errors) {
  auto& ranks = tests::ranks();
  const bool fails = ranks.rank() + 1 == ranks.size();
  try {
    ranks.agree_on_errors(fails ? std::make_exception_ptr(std::out_of_range("vector::at")) : nullptr, "agreement");
    FAIL() << "every rank has to throw";
  } catch (const std::out_of_range&) {
    EXPECT_TRUE(fails);
  } catch (const comms::RemoteError& e) {
    EXPECT_FALSE(fails);
    EXPECT_EQ(e.rank(), ranks.size() - 1);
    EXPECT_EQ(e.code(), ExitCode::internal);
    EXPECT_EQ(e.cause(), "vector::at");
  }
}

TEST(communicator, agrees_on_the_lowest_failing_ranks_error) {
  auto& ranks = tests::ranks();
  const int teller = ranks.size() / 2;
  std::exception_ptr mine;
  if (ranks.rank() >= teller) {
    mine = std::make_exception_ptr(
        Error(ExitCode::input_output, "write", "file " + std::to_string(ranks.rank()), "disk full", "make room"));
  }
  try {
    ranks.agree_on_errors(mine, "agreement");
    FAIL() << "every rank has to throw";
  } catch (const comms::RemoteError& e) {
    EXPECT_LT(ranks.rank(), teller);
    EXPECT_EQ(e.code(), ExitCode::input_output);
    EXPECT_EQ(e.object(), "file " + std::to_string(teller) + " (rank " + std::to_string(teller) + ")");
    EXPECT_EQ(e.hint(), "make room");
  } catch (const Error& e) {
    EXPECT_EQ(e.object(), "file " + std::to_string(ranks.rank()));
  }
  ranks.agree_on_errors(nullptr, "no error");
}

TEST(communicator, an_error_of_one_rank_is_everyones) {
  auto& ranks = tests::ranks();
  const int failing = ranks.size() - 1;
  int calls = 0;
  const auto act = [&] {
    ++calls;
    if (ranks.rank() == failing) throw Error(ExitCode::bad_data, "read", "a file", "torn", "mend it");
  };
  try {
    ranks.together("action", act);
    FAIL() << "every rank has to throw";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::bad_data);
    EXPECT_EQ(dynamic_cast<const comms::RemoteError*>(&e) == nullptr, ranks.rank() == failing);
  }
  EXPECT_EQ(calls, 1);
  ranks.together("action", [&] { ++calls; });
  EXPECT_EQ(calls, 2);
  ranks.on_root("action", [&] { calls = 7; });
  EXPECT_EQ(calls, ranks.is_root() ? 7 : 2);
}

TEST(communicator, what_is_wrong_for_everyone_is_told_once) {
  auto& ranks = tests::ranks();
  int calls = 0;
  EXPECT_THROW(ranks.root_first("action",
                                [&] {
                                  ++calls;
                                  throw Error(ExitCode::usage, "read", "a file", "missing", "name it");
                                }),
               Error);
  EXPECT_EQ(calls, ranks.is_root() ? 1 : 0);
  ranks.root_first("action", [&] { ++calls; });
  EXPECT_EQ(calls, ranks.is_root() ? 2 : 1);
}

TEST(communicator, splits_into_groups) {
  auto& ranks = tests::ranks();
  const auto part = ranks.split(ranks.rank() % 2, ranks.rank());
  std::int64_t members = 1;
  part->all_reduce({&members, 1, comms::DType::i64}, ReduceOp::sum, "members");
  EXPECT_EQ(members, part->size());
  EXPECT_EQ(part->rank(), ranks.rank() / 2);
}

TEST(communicator, splits_by_key) {
  auto& ranks = tests::ranks();
  const auto turned = ranks.split(0, -ranks.rank());
  EXPECT_EQ(turned->size(), ranks.size());
  EXPECT_EQ(turned->rank(), ranks.size() - 1 - ranks.rank());
}

TEST(dry_run, pretends_to_be_one_of_many) {
  comms::DryRun ranks(3, 1000);
  std::vector<double> values{1.5};
  ranks.all_reduce(buffer_of(std::span(values)), ReduceOp::sum, "sum");
  EXPECT_EQ(values[0], 1500.0);
  EXPECT_EQ(ranks.agree_max(7, "max"), 7);
  EXPECT_EQ(ranks.traffic().operations, 2u);
  EXPECT_THROW(comms::DryRun(5, 5), Error);
  std::vector<std::int32_t> in{10, 11, 12}, out(3);
  comms::DryRun one(1, 3);
  one.all_to_all(buffer_of(std::span<const std::int32_t>(in)), buffer_of(std::span(out)), "all to all");
  EXPECT_EQ(out, (std::vector<std::int32_t>{11, 11, 11})) << "every rank sends the same to rank 1";
}

}  // namespace genloss
