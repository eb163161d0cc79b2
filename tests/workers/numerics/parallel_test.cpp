#include "workers/numerics/parallel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "jobs/error.hpp"
#include "workers/numerics/threads.hpp"

namespace genloss::workers {
namespace {

/// Threads that did something when 64 items were shared; every item has to be done once.
std::size_t threads_at_work(int threads) {
  numerics::use_threads(threads);
  std::vector<int> done(64, 0);
  std::vector<std::thread::id> by(done.size());
  numerics::parallel(done.size(), [&](std::size_t i) {
    ++done[i];
    by[i] = std::this_thread::get_id();
  });
  numerics::use_threads(1);
  EXPECT_EQ(std::count(done.begin(), done.end(), 1), 64);
  return std::set<std::thread::id>(by.begin(), by.end()).size();
}

}  // namespace

TEST(kernel_threads, carry_the_first_error_to_the_caller_and_go_on_afterwards) {
  numerics::use_threads(2);
  const auto fail = [](std::size_t i) {
    if (i >= 40) throw Error(ExitCode::bad_data, "test", std::to_string(i), "planted");
  };
  try {
    numerics::parallel(64, fail);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("planted"), std::string::npos);
  }
  int threads = 0;
  EXPECT_THROW(numerics::run_on_threads(2,
                                        [&](int thread) {
                                          if (thread == 1) throw Error(ExitCode::bad_data, "test", "1", "planted");
                                          ++threads;
                                        }),
               Error);
  EXPECT_EQ(threads, 1);
  EXPECT_EQ(threads_at_work(2), 2);
}

TEST(kernel_threads, inside_of_parallel_work_is_a_plain_loop) {
  numerics::use_threads(2);
  std::vector<int> done(32, 0);
  numerics::parallel(4, [&](std::size_t i) { numerics::parallel(8, [&](std::size_t j) { ++done[8 * i + j]; }); });
  numerics::use_threads(1);
  EXPECT_EQ(std::count(done.begin(), done.end(), 1), 32);
}

TEST(kernel_threads, are_as_many_as_asked_for) {
  EXPECT_EQ(threads_at_work(1), 1);
  EXPECT_EQ(threads_at_work(2), 2);
}

}  // namespace genloss::workers
