#include "storage/files/integrity_time.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "storage/files/digest.hpp"

namespace genloss::storage {
namespace {

double spent(const auto& work) {
  const double before = integrity_seconds();
  work();
  return integrity_seconds() - before;
}

TEST(integrity_time, counts_digests_and_checksums) {
  const std::vector<std::byte> data(1 << 22);
  EXPECT_GT(spent([&] { (void)Sha256().bytes(data).finish(); }), 0);
  EXPECT_GT(spent([&] { (void)crc32c(data, 0); }), 0);
  EXPECT_EQ(spent([] {}), 0);
}

TEST(integrity_time, counts_what_is_inside_another_once_and_threads_each) {
  const auto nap = [] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); };
  const auto nested = [&] {
    const IntegrityTimer outer;
    const IntegrityTimer inner;
    nap();
  };
  const auto begin = std::chrono::steady_clock::now();
  const double once = spent(nested);
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  EXPECT_GE(once, 0.02);
  EXPECT_LE(once, wall);
  const double two = spent([&] {
    std::thread other(nested);
    nested();
    other.join();
  });
  EXPECT_GE(two, 0.04);
}

}  // namespace
}  // namespace genloss::storage
