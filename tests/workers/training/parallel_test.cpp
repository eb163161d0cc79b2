#include "workers/kernels/parallel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "workers/kernels/threads.hpp"

namespace genloss::workers {
namespace {

/// Threads that did something when 64 items were shared; every item has to be done once.
std::size_t threads_at_work(int threads) {
  use_threads(threads);
  std::vector<int> done(64, 0);
  std::vector<std::thread::id> by(done.size());
  kernels::parallel(done.size(), [&](std::size_t i) {
    ++done[i];
    by[i] = std::this_thread::get_id();
  });
  use_threads(1);
  EXPECT_EQ(std::count(done.begin(), done.end(), 1), 64);
  return std::set<std::thread::id>(by.begin(), by.end()).size();
}

}  // namespace

TEST(kernel_threads, are_as_many_as_asked_for) {
  EXPECT_EQ(threads_at_work(1), 1);
  EXPECT_EQ(threads_at_work(2), 2);
}

}  // namespace genloss::workers
