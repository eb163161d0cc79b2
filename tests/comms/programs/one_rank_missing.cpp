// one_rank_missing MODE: all ranks but the last meet in a barrier with a short deadline. The last one
//   sleeps   is busy elsewhere          stopped  is stopped by a signal
//   freezes  is busy for longer than the deadline, with beats, and is stopped then
//   works    is busy for longer than the deadline, with beats, and comes
//   leaves   finalizes MPI and goes     fails    throws before it gets there, and ends the job as main.cpp does
// Prints every rank's error. Run by expect_one_rank_missing.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>

#include "comms/world.hpp"
#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"

namespace {

using namespace std::chrono_literals;

void work_for(std::chrono::milliseconds time) {
  for (const auto end = std::chrono::steady_clock::now() + time; std::chrono::steady_clock::now() < end;) {
    genloss::beat("a long count");
    std::this_thread::sleep_for(5ms);
  }
}

void misbehave(const std::string& mode) {
  if (mode == "sleeps") std::this_thread::sleep_for(60s);
  if (mode == "stopped") std::raise(SIGSTOP);
  if (mode == "works" || mode == "freezes") work_for(4s);
  if (mode == "freezes") std::raise(SIGSTOP);
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
      if (mode != "works") return 0;
    }
    ranks->barrier("step boundary");
    if (mode == "works") std::printf("[rank %d] all came\n", world.rank());
  } catch (const genloss::Error&) {
    const auto farewell = world.say_farewell(std::current_exception(), 1000ms);
    for (const auto& told : farewell.tell) {
      std::fprintf(stderr, "[rank %d and %d others] %s\n", told.rank, told.others, told.error.what());
    }
    std::fflush(nullptr);
    if (!farewell.together) world.abort(farewell.code);
    return farewell.code;
  }
  return 0;
}
