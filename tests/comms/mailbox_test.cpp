#include "comms/mailbox.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "jobs/error.hpp"
#include "tests/test_world.hpp"

namespace genloss {
namespace {

constexpr std::uint64_t none = ~std::uint64_t{0};
constexpr std::uint64_t shards = 200;
struct Request {
  std::uint64_t finished = none;
};
struct Grant {
  std::uint64_t shard = none;
};

template <class M>
typename comms::Mailbox<M>::Received wait_for(comms::Mailbox<M>& box) {
  for (;;) {
    if (const auto received = box.poll()) return *received;
    std::this_thread::yield();
  }
}

/// Answers requests with shards until every worker has been told that none is left; counts reports per shard.
std::vector<int> grant_all(int workers, comms::Mailbox<Request>& requests, comms::Mailbox<Grant>& grants) {
  std::vector<int> reports(shards, 0);
  for (std::uint64_t next = 0; workers > 0;) {
    const auto received = wait_for(requests);
    if (received.message.finished != none) ++reports[received.message.finished];
    if (next == shards) --workers;
    grants.send(received.from, {next < shards ? next++ : none});
  }
  return reports;
}

}  // namespace

TEST(mailbox, grants_reach_who_asked) {
  auto& ranks = tests::ranks();
  comms::Mailbox<Request> requests(ranks, 1, "requests");
  comms::Mailbox<Grant> grants(ranks, 2, "grants");
  if (ranks.is_root()) {
    const auto reports = grant_all(ranks.size() - 1, requests, grants);
    if (ranks.size() > 1) {
      EXPECT_EQ(reports, std::vector<int>(shards, 1));
    }
  } else {
    Request request;
    do {
      requests.send(0, request);
      request.finished = wait_for(grants).message.shard;
    } while (request.finished != none);
  }
  ranks.barrier("grants");
}

TEST(mailbox, letters_to_oneself_arrive_in_order) {
  auto& ranks = tests::ranks();
  comms::Mailbox<int> box(ranks, 3, "numbers");
  EXPECT_FALSE(box.poll());
  for (int i = 0; i < 100; ++i) box.send(ranks.rank(), i);
  for (int i = 0; i < 100; ++i) {
    const auto received = wait_for(box);
    EXPECT_EQ(received.from, ranks.rank());
    EXPECT_EQ(received.message, i);
  }
}

TEST(mailbox, tags_keep_types_apart_and_sizes_are_checked) {
  auto& ranks = tests::ranks();
  comms::Mailbox<int> numbers(ranks, 4, "numbers");
  comms::Mailbox<double> wrong(ranks, 4, "wrong type"), other(ranks, 5, "other tag");
  numbers.send(ranks.rank(), 42);
  EXPECT_FALSE(other.poll());
  while (!ranks.probe(4)) std::this_thread::yield();
  EXPECT_THROW((void)wrong.poll(), Error);
  EXPECT_EQ(wait_for(numbers).message, 42);
}

}  // namespace genloss
