#pragma once
// Who makes what is made: the facts of this start that made-by.json tells.

#include <cstdint>
#include <string>

#include "comms/communicator.hpp"
#include "orchestrator/directory/made_by.hpp"

namespace genloss::orchestrator {

/// Collective; hosts are known on rank 0 only.
[[nodiscard]] ProgramStart gather_start(comms::Communicator& ranks, const workers::numerics::NumericsKey& numerics,
                                        const std::string& attempt, int threads);
/// Collective: the most memory that any rank has had resident since its program started, in bytes.
[[nodiscard]] std::uint64_t peak_memory(comms::Communicator& ranks);

}  // namespace genloss::orchestrator
