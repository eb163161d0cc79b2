#pragma once
#include "orchestrator/commands/words.hpp"
#include "orchestrator/submit/request.hpp"

namespace genloss::orchestrator {

/// The command line of `genloss submit`, as values.
/// @throws Error(usage) for a value that is no such thing, or options that contradict each other
[[nodiscard]] SubmitRequest parse_submit(Words words);

}  // namespace genloss::orchestrator
