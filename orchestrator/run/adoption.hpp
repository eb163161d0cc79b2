#pragma once
// Sealed artefacts of sibling runs with the same recipe are linked, not made again: arms that share generation 0 train
// it once.

#include <filesystem>
#include <optional>

#include "orchestrator/directory/run_paths.hpp"
#include "storage/files/digest.hpp"

namespace genloss::orchestrator {

/// Looks at generation `n` of every other run beside `run` for a sealed model (corpus, measures) of this recipe and
/// links it into place. Local to the calling rank (rank 0).
/// @return the run directory it was taken from, if there was one
[[nodiscard]] std::optional<std::filesystem::path> adopt_model(const RunPaths& run, int n,
                                                               const storage::Digest& recipe);
[[nodiscard]] std::optional<std::filesystem::path> adopt_corpus(const RunPaths& run, int n,
                                                                const storage::Digest& recipe);
[[nodiscard]] std::optional<std::filesystem::path> adopt_measures(const RunPaths& run, int n,
                                                                  const storage::Digest& recipe);

}  // namespace genloss::orchestrator
