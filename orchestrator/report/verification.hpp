#pragma once
// Walks a run back from its newest artefact to the human documents and recomputes every digest on the way.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/directory/run_paths.hpp"
#include "storage/files/digest.hpp"

namespace genloss::orchestrator {

enum class Verdict { ok, damaged, missing };

/// One artefact: "generation 2 corpus", "human train".
struct Finding {
  std::string artefact;
  std::optional<storage::Digest> digest;  ///< expected where known, else found
  Verdict verdict = Verdict::ok;
  std::string file, cause;                 ///< where and why, unless ok
  [[nodiscard]] std::string text() const;  ///< "generation 2 corpus sha256:<64 hex> ok"
};

/// Checks what the journal says exists: human documents, then per generation mix, model, corpus, measures; each
/// artefact's bytes, and that it names the others it was made from.
/// @param chains of one run; findings of several begin with "arm A seed S ". What they share is hashed once
/// @param last_model if given: only what the model of this generation descends from
/// @param tell called with every finding, in order
/// @return true if all are ok. @throws Error(bad_data) if `run` is not a run directory
bool verify_run(const std::vector<RunPaths>& chains, std::optional<int> last_model,
                const std::function<void(const Finding&)>& tell);

}  // namespace genloss::orchestrator
