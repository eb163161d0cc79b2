#include "orchestrator/directory/run_paths.hpp"

#include "jobs/numbers.hpp"

namespace genloss::orchestrator {

std::string RunPaths::generation_name(int n) { return "generation-" + zero_padded(static_cast<std::uint64_t>(n), 3); }

}  // namespace genloss::orchestrator
