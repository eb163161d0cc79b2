// How an MPI operation is waited for: with a deadline, and without eating the core that another rank may need.

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "comms/mpi_communicator.hpp"

namespace genloss::comms {
namespace {

/// Spins, then yields, then naps: short waits are answered at once, long ones cost nothing.
class Patience {
 public:
  void pause() {
    ++turns_;
    if (turns_ < 100) return;
    const auto waited = std::chrono::steady_clock::now() - begin_;
    if (waited < std::chrono::milliseconds(50)) {
      ::sched_yield();
    } else {
      std::this_thread::sleep_for(nap_);
      nap_ = std::min(nap_ * 2, std::chrono::microseconds(1000));
    }
  }

 private:
  int turns_ = 0;
  std::chrono::microseconds nap_{50};
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

void MpiCommunicator::wait(std::vector<MPI_Request>& requests) {
  Patience patience;
  for (;;) {
    int done = 0;
    mpi_check(MPI_Testall(static_cast<int>(requests.size()), requests.data(), &done, MPI_STATUSES_IGNORE), "wait");
    if (done != 0) return;
    watchdog_.waiting();
    patience.pause();
  }
}

void MpiCommunicator::wait(MPI_Request& request) {
  Patience patience;
  for (;;) {
    int done = 0;
    mpi_check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "wait");
    if (done != 0) return;
    watchdog_.waiting();
    patience.pause();
  }
}

}  // namespace genloss::comms
