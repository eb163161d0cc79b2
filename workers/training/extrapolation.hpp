#pragma once
// Negative extrapolation from self-training (Neon; Alemohammad et al. 2025): what a model forgets when it learns from
// its own samples points away from where it should go.

#include <filesystem>

namespace genloss::workers {

/// Replaces the weights in `trained` by (1 + w) reference - w trained, in double precision, rounded once to the type of
/// each tensor; tensors of whole numbers stay those of `trained`. Rank 0 only, local; nothing is trained.
/// @param reference, trained model directories; `trained` is not sealed yet @param w at least 0
/// @throws Error(bad_data) if the two have different tensors
void extrapolate_weights(const std::filesystem::path& reference, const std::filesystem::path& trained, double w);

}  // namespace genloss::workers
