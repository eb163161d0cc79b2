#include "orchestrator/run/signals.hpp"

#include <csignal>
#include <initializer_list>

#include <unistd.h>

#include "jobs/error.hpp"

namespace genloss::orchestrator {
namespace {

volatile std::sig_atomic_t received = 0;

extern "C" void note_stop_signal(int signal) {
  // mpirun and its shell often deliver one Ctrl-C twice within a moment; only a different, later wish counts as the
  // second.
  if (received != 0 && signal != SIGUSR2) ::_exit(static_cast<int>(ExitCode::stopped));
  received = 1;
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

}  // namespace genloss::orchestrator
