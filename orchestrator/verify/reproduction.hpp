#pragma once
// Makes artefacts of a run again, elsewhere, and compares: the proof that a recipe says all there is to say.

#include <cstdint>
#include <functional>
#include <string>

#include "comms/communicator.hpp"
#include "jobs/error.hpp"
#include "orchestrator/verify/verification.hpp"

namespace genloss::orchestrator {

/// Collective. Makes `number` of the artefacts that were found good again, drawn at random by `seed`, each from its
/// parents as they lie in the run, by the code that made them, on all ranks together, in a folder beside the run that
/// is removed in the end. What chains share is one artefact; measures are made again with the evaluation they hold.
/// @param verification of rank 0 @param tell called on rank 0 with every line
/// @return done; internal if one differs; missing_resource if this machine cannot compute as the run's did; stopped on
/// request
[[nodiscard]] ExitCode reproduce(comms::Communicator& ranks, const Verification& verification, std::uint64_t number,
                                 std::uint64_t seed, const std::function<void(const std::string&)>& tell);

}  // namespace genloss::orchestrator
