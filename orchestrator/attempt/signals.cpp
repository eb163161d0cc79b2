#include "orchestrator/attempt/signals.hpp"

#include <csignal>
#include <ctime>
#include <initializer_list>

#include <unistd.h>

#include "jobs/error.hpp"

namespace genloss::orchestrator {
namespace {

volatile std::sig_atomic_t received = 0;  ///< the latest signal
volatile std::sig_atomic_t untaken = 0;   ///< the same, until it has been passed on
volatile std::time_t interrupted_at = 0;  // of the first SIGINT, in seconds on a clock that only goes forward

extern "C" void note_stop_signal(int signal) {
  received = signal;
  untaken = signal;
  if (signal != SIGINT) return;
  struct timespec now {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  if (interrupted_at == 0) interrupted_at = now.tv_sec;
  // mpirun and its shell often deliver one Ctrl-C twice within a moment: only a later one is a second wish.
  if (now.tv_sec > interrupted_at + 1) ::_exit(static_cast<int>(ExitCode::stopped));
}

}  // namespace

void install_stop_signals() {
  struct sigaction action {};
  action.sa_handler = note_stop_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR2}) ::sigaction(signal, &action, nullptr);
}

bool stop_signal_received() noexcept { return received != 0; }

int take_stop_signal() noexcept {
  const int signal = untaken;
  if (signal != 0) untaken = 0;
  return signal;
}

}  // namespace genloss::orchestrator
