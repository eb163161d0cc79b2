#pragma once
// Under which numerics key a start of a run works: the same on all ranks, and that of the starts before.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "comms/communicator.hpp"
#include "jobs/study_spec.hpp"
#include "workers/numerics/numerics_key.hpp"

namespace genloss::orchestrator {

/// What a rank brings.
struct RankNumerics {
  std::string host;
  workers::numerics::NumericsKey best;  ///< with the best instructions that it can run
};

/// A pure function. @param pinned the key that the run was begun under, if it was begun
/// @throws Error(missing_resource) if ranks differ, naming the hosts of the fewer ones, or if some cannot execute what
///         is wished or pinned; Error(usage) if the wish contradicts the pinned key
[[nodiscard]] workers::numerics::NumericsKey decide_numerics(
    const std::vector<RankNumerics>& ranks, jobs::InstructionChoice wish,
    const std::optional<workers::numerics::NumericsKey>& pinned);

/// Collective: what every rank brings, on rank 0; elsewhere nothing.
/// @param gpu description of this rank's accelerator, empty without one
[[nodiscard]] std::vector<RankNumerics> gather_numerics(comms::Communicator& ranks, const std::string& gpu);

/// Collective: the key that all ranks work under from now on; their kernels are told. Rank 0 pins it in `file`, if it
/// is not pinned there.
/// @throws on all ranks what decide_numerics() throws
[[nodiscard]] workers::numerics::NumericsKey agree_on_numerics(comms::Communicator& ranks, jobs::InstructionChoice wish,
                                                               const std::string& gpu,
                                                               const std::filesystem::path& file);

/// For programs that only look at a run, or measure for one: its instructions where this processor has them, else the
/// best that it has.
void use_instructions_like(const std::optional<workers::numerics::NumericsKey>& pinned, jobs::InstructionChoice wish);

}  // namespace genloss::orchestrator
