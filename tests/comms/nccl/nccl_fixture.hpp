#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "comms/nccl/nccl_communicator.hpp"
#include "jobs/error.hpp"
#include "tests/comms/nccl/doubles/doubles.hpp"
#include "tests/test_world.hpp"

namespace genloss::tests {

/// A fresh machine of doubles for one test; afterwards nothing may have been misused or be left over.
class NcclTest : public testing::Test {
 public:
  NcclTest(const NcclTest&) = delete;
  NcclTest& operator=(const NcclTest&) = delete;

 protected:
  NcclTest() { doubles::connect(MPI_COMM_WORLD); }
  ~NcclTest() override {
    EXPECT_EQ(doubles::complaints(), "") << "on rank " << ranks().rank();
    ranks().barrier("end of a test");
    doubles::disconnect();
  }
  [[nodiscard]] static std::unique_ptr<comms::nccl::NcclCommunicator> connect(int deadline_ms = 20'000) {
    const std::chrono::milliseconds deadline(deadline_ms);
    return comms::nccl::NcclCommunicator::create(ranks(), {std::chrono::seconds(60), deadline});
  }
  [[nodiscard]] static bool last() { return ranks().rank() == ranks().size() - 1; }
};

/// Values in memory that the doubles take for a device's.
template <class T>
class OnDevice {
 public:
  explicit OnDevice(std::size_t count) : memory_(std::max<std::size_t>(1, count) * sizeof(T)), count_(count) {
    std::fill_n(data(), count, T{});
  }
  explicit OnDevice(const std::vector<T>& values) : OnDevice(values.size()) {
    std::copy(values.begin(), values.end(), data());
  }
  [[nodiscard]] T* data() const { return static_cast<T*>(memory_.data()); }
  [[nodiscard]] std::span<T> span() const { return {data(), count_}; }
  [[nodiscard]] comms::Buffer buffer() const { return comms::buffer_of(span()); }
  [[nodiscard]] std::vector<T> values() const { return {data(), data() + count_}; }

 private:
  comms::nccl::DeviceMemory memory_;
  std::size_t count_;
};

/// The error that `action` throws; fails the test if it throws none.
template <class Action>
Error error_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {ExitCode::done, "", "", ""};
}

}  // namespace genloss::tests
