#pragma once
// From a checked request to jobs in the queue.

#include "orchestrator/submit/sweep.hpp"

namespace genloss::orchestrator {

/// Prepares, writes and hands in one job, or as many as its chain has links; says on stdout what it did. A run that is
/// finished or already queued is left alone. With request.dry_run: prints what it would write and call, does neither.
void submit_single(const SubmitRequest& request);

/// The same for a sweep: one array over the points that are neither finished nor queued.
void submit_sweep(const SubmitRequest& request);

/// Links of a chain: as asked for; otherwise as many attempts of `usable` seconds as `hours` need, at least one.
[[nodiscard]] int chain_links(const std::optional<int>& asked, const std::optional<double>& hours,
                              std::chrono::seconds usable);

}  // namespace genloss::orchestrator
