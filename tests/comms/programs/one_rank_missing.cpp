// one_rank_missing MODE: all ranks but the last meet in a barrier with a short deadline. The last one
//   sleeps   is busy elsewhere          stopped  is stopped by a signal
//   leaves   finalizes MPI and goes     fails    throws before it gets there, and ends the job as main.cpp does
// Prints every rank's error. Run by expect_one_rank_missing.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>

#include "comms/world.hpp"
#include "jobs/error.hpp"

namespace {

using namespace std::chrono_literals;

void misbehave(const std::string& mode) {
  if (mode == "sleeps") std::this_thread::sleep_for(60s);
  if (mode == "stopped") std::raise(SIGSTOP);
  if (mode == "fails") {
    throw genloss::Error(genloss::ExitCode::input_output, "write", "shard 7", "no space left on device");
  }
}

}  // namespace

int main(int argc, char** argv) {
  genloss::comms::World world(argc, argv);
  const std::string mode = argc > 1 ? argv[1] : "sleeps";
  try {
    const auto ranks = world.communicator({mode == "fails" ? 30'000ms : 700ms, mode == "fails" ? 60'000ms : 1500ms});
    ranks->barrier("start");
    if (world.rank() + 1 == world.size()) {
      misbehave(mode);
      return 0;
    }
    ranks->barrier("step boundary");
  } catch (const genloss::Error& e) {
    std::fprintf(stderr, "[rank %d] %s\n", world.rank(), e.what());
    std::this_thread::sleep_for(300ms);  // let the other ranks have their say too
    world.abort(static_cast<int>(e.code()));
  }
  return 0;
}
