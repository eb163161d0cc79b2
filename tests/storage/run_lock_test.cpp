#include "storage/files/run_lock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {

using namespace std::chrono_literals;

/// The lock file as a holder of another host leaves it, or keeps it.
void claim_elsewhere(const std::filesystem::path& folder, int count) {
  spill(folder / ".lock", "process 7 on host elsewhere, job 41\nheartbeat " + std::to_string(100000 + count) + "\n");
}

TEST(run_lock, is_held_by_one_at_a_time_and_names_the_holder) {
  const TemporaryFolder folder;
  {
    const RunLock lock(folder.path());
    const std::string pid = "process " + std::to_string(::getpid());
    expect_error(ExitCode::missing_resource, {folder.path().string(), pid, "host"},
                 [&] { RunLock second(folder.path()); });
  }
  const RunLock again(folder.path());
}

TEST(run_lock, dies_with_a_killed_process) {
  const TemporaryFolder folder;
  tests::VictimProcess holder([&] { static const RunLock lock(folder.path()); });
  ASSERT_TRUE(holder.ready());
  const std::string pid = "process " + std::to_string(holder.pid());
  expect_error(ExitCode::missing_resource, {pid}, [&] { RunLock second(folder.path()); });
  holder.kill();
  const RunLock lock(folder.path());
}

TEST(run_lock, counts_while_it_is_held_and_says_nothing_afterwards) {
  const TemporaryFolder folder;
  const auto file = folder.path() / ".lock";
  {
    const RunLock lock(folder.path(), "12", 20ms);
    const std::string first = slurp(file);
    EXPECT_NE(first.find(", job 12\nheartbeat "), std::string::npos) << first;
    std::this_thread::sleep_for(200ms);
    EXPECT_NE(slurp(file), first);
    EXPECT_EQ(slurp(file).size(), first.size());
  }
  EXPECT_EQ(slurp(file), "");
}

// Two hosts that share a file system on which locks hold only within a host.
TEST(run_lock, is_refused_while_a_holder_of_another_host_counts) {
  const TemporaryFolder folder;
  claim_elsewhere(folder.path(), 0);
  std::atomic<bool> ended{false};
  std::thread elsewhere([&] {
    for (int count = 1; !ended; ++count) {
      claim_elsewhere(folder.path(), count);
      std::this_thread::sleep_for(20ms);
    }
  });
  expect_error(ExitCode::missing_resource, {"process 7 on host elsewhere, job 41", "heartbeat", "-o flock"},
               [&] { const RunLock lock(folder.path(), "", 50ms); });
  ended = true;
  elsewhere.join();
  const auto begin = std::chrono::steady_clock::now();
  const RunLock lock(folder.path(), "", 50ms);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 150ms) << "a dead one is watched over three intervals";
}

TEST(run_lock, does_not_wait_for_a_dead_holder_of_its_own_host) {
  const TemporaryFolder folder;
  tests::VictimProcess holder([&] { static const RunLock lock(folder.path()); });
  ASSERT_TRUE(holder.ready());
  holder.kill();
  const auto begin = std::chrono::steady_clock::now();
  const RunLock lock(folder.path(), "", 10s);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

}  // namespace
}  // namespace genloss::storage
