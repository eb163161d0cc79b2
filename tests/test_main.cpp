// One main for every test program: under mpirun each rank runs the same tests, only rank 0 prints passing ones, and all
// ranks leave with one exit code.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "comms/communicator.hpp"
#include "comms/world.hpp"
#include "tests/test_world.hpp"

namespace {
std::unique_ptr<genloss::comms::Communicator> world_ranks;

/// Failures of other ranks still have to be seen: they go to stderr with the rank in front.
class FailuresOnly : public testing::EmptyTestEventListener {
 public:
  explicit FailuresOnly(int rank) : rank_(rank) {}
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (result.failed()) {
      std::fprintf(stderr, "[rank %d] %s:%d: %s\n", rank_, result.file_name() ? result.file_name() : "?",
                   result.line_number(), result.summary());
    }
  }

 private:
  int rank_;
};
}  // namespace

namespace genloss::tests {
comms::Communicator& ranks() { return *world_ranks; }
}  // namespace genloss::tests

int main(int argc, char** argv) {
  genloss::comms::World world(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  world_ranks = world.communicator({std::chrono::seconds(10), std::chrono::seconds(120)});
  if (world.rank() != 0) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailuresOnly(world.rank()));
  }
  const int failed = RUN_ALL_TESTS();
  const auto worst = world_ranks->agree_max(failed, "test results");
  world_ranks.reset();
  return static_cast<int>(worst);
}
