#pragma once
// Places where a test may kill the program: proof that a kill at any instant costs nothing needs a kill at a known
// instant.

#include <string_view>

namespace genloss::orchestrator {

/// If the environment variable GENLOSS_FAULT is "<action>@<place>", does <action> here: "kill" raises SIGKILL, "stop"
/// raises SIGUSR2 (Slurm's warning), "freeze" raises SIGSTOP, "busy-N" works for N seconds as beating work does. Places
/// are "<generation>:<STATE>" on entry to a state, and
/// "<generation>:<STATE>:sealed" when its artefact lies on disk but the journal does not know it yet.
void fault_point(std::string_view place);

}  // namespace genloss::orchestrator
