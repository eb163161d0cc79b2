#pragma once
// Walks a run back from its newest artefacts, or from one of them, to the human documents, and recomputes every digest
// and every recipe on the way.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "comms/communicator.hpp"
#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/verify/chain_check.hpp"
#include "orchestrator/verify/finding.hpp"

namespace genloss::orchestrator {

/// What is to be verified: chains of one run; if `target` is given, of one chain only what it descends from, and
/// itself.
struct VerifyScope {
  std::vector<RunPaths> chains;
  std::optional<Target> target;
};

/// What a path means: a run, a chain of it, any artefact of one or a file in it, or an artefact of the store that a run
/// of the same folder needs.
/// @throws Error(bad_data), Error(usage) if it is none of these
[[nodiscard]] VerifyScope scope_of(const std::filesystem::path& given);

/// What findings of a chain of several begin with: "arm half seed 2 "; of a study that names no arms "seed 2 ".
[[nodiscard]] std::string prefix_of(const std::string& chain);

/// One artefact that was found good; for those who make it again.
struct GoodArtefact {
  std::size_t chain = 0;  ///< of the scope
  Target target;
  storage::Digest digest;
};
struct Verification {
  VerifyScope scope;  ///< rank 0
  ExitCode code =
      ExitCode::done;  ///< bad_data if anything is not as it should be; input_output if it is only unreadable
  std::vector<GoodArtefact> artefacts;  ///< rank 0; what chains share comes once for each
};

/// Collective. Checks study and journal; human documents; then per generation mix, model, corpus, measures: each byte,
/// that each names the others that it was made from, and that its recipe is what the study makes of them. Findings are
/// those of one rank, whatever the number of ranks; what chains share is read once.
/// @param given as scope_of() understands it @param tell called on rank 0 with every finding, in order; those of
/// several chains begin with "arm A seed S "
/// @throws on all ranks what scope_of() throws
[[nodiscard]] Verification verify(comms::Communicator& ranks, const std::filesystem::path& given,
                                  const std::function<void(const Finding&)>& tell);

}  // namespace genloss::orchestrator
