#pragma once
// Signals that ask the run to stop: they set one flag, and nothing else.

namespace genloss::orchestrator {

/// SIGTERM, SIGINT and SIGUSR2 (Slurm's warning) ask for: checkpoint, exit 75. A second Ctrl-C exits at once, without
/// saving (nothing is lost but the work since the last checkpoint). Other signals may come as often as they like: a
/// batch system warns first and sends SIGTERM while the state is still being saved. To be called first thing in main: a
/// warning that comes before the handlers are there kills the process.
void install_stop_signals();

/// A stop signal has come to this process.
[[nodiscard]] bool stop_signal_received() noexcept;

/// The latest stop signal that this has not returned before; 0: none. For a process that passes them on.
[[nodiscard]] int take_stop_signal() noexcept;

}  // namespace genloss::orchestrator
