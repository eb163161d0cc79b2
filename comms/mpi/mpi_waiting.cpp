// How an MPI operation is waited for: with a deadline, and without eating the core that another rank may need.

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "comms/mpi/mpi_communicator.hpp"

namespace genloss::comms {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr auto look_interval = milliseconds(10);

/// A nap of a sixteenth of the time waited so far: late by 6 % at most, and long waits cost nothing.
Clock::duration nap(Clock::duration waited) {
  return std::clamp<Clock::duration>(waited / 16, microseconds(50), milliseconds(1));
}

}  // namespace

void MpiCommunicator::wait(std::span<MPI_Request> requests, std::size_t bytes_moving) {
  // MPI moves data only inside its calls. Once data is known to flow, naps would slow it down: so wait actively for as
  // long as a slow network (100 MB/s) may take.
  const Clock::duration active = microseconds(200) + microseconds(bytes_moving / 100);
  const auto begin = Clock::now();
  auto last_look = begin;
  for (;;) {
    int done = 0;
    mpi_check(MPI_Testall(static_cast<int>(requests.size()), requests.data(), &done, MPI_STATUSES_IGNORE), "wait");
    if (done != 0) return;
    const auto now = Clock::now();
    if (now - last_look > look_interval) {
      last_look = now;
      watchdog_.look();
    }
    if (now - begin < active) {
      ::sched_yield();
    } else {
      std::this_thread::sleep_for(nap(now - begin));
    }
  }
}

void MpiCommunicator::wait(MPI_Request& request, std::size_t bytes_moving) { wait({&request, 1}, bytes_moving); }

std::size_t MpiCommunicator::meet(std::size_t bytes) {
  if (bytes < bulk_bytes) return 0;
  MPI_Request request = MPI_REQUEST_NULL;
  mpi_check(MPI_Ibarrier(comm_.get(), &request), "meet");
  wait(request, 0);
  return bytes;
}

}  // namespace genloss::comms
