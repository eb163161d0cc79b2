#include "workers/sampling/sample_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "workers/numerics/parallel.hpp"

namespace genloss::workers {
namespace {

Sample sample_of(std::uint64_t id) {
  Sample sample;
  sample.id = id;
  return sample;
}

std::vector<std::uint64_t> ids(const std::vector<Sample>& samples) {
  std::vector<std::uint64_t> all;
  for (const auto& s : samples) all.push_back(s.id);
  return all;
}

TEST(sample_queue, gives_samples_back_in_order_of_id_however_they_finish) {
  using Ids = std::vector<std::uint64_t>;
  SampleQueue queue(10, 4);
  for (std::uint64_t id = 10; id < 14; ++id) EXPECT_EQ(queue.next(), id);
  EXPECT_EQ(queue.next(), std::nullopt);
  queue.finish(sample_of(12));
  EXPECT_EQ(ids(queue.take_ready(0)), Ids{});
  queue.finish(sample_of(10));
  EXPECT_EQ(ids(queue.take_ready(0)), Ids{10});
  queue.finish(sample_of(13));
  queue.finish(sample_of(11));
  EXPECT_EQ(ids(queue.take_ready(1)), (Ids{11, 12, 13}));
  EXPECT_EQ(queue.finished(), 4U);
}

TEST(sample_queue, hands_out_nothing_after_a_failure) {
  SampleQueue queue(0, 4);
  EXPECT_TRUE(queue.next());
  queue.fail();
  EXPECT_FALSE(queue.next());
}

TEST(parallel, every_thread_works_and_the_first_failure_is_passed_on) {
  std::atomic<int> sum = 0;
  numerics::run_on_threads(4, [&](int number) { sum += number + 1; });
  EXPECT_EQ(sum, 10);
  EXPECT_THROW(numerics::run_on_threads(3,
                                        [](int number) {
                                          if (number == 2) throw std::runtime_error("two");
                                        }),
               std::runtime_error);
}

}  // namespace
}  // namespace genloss::workers
