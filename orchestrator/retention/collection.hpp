#pragma once
// What `genloss gc` does: applies a run's retention after the fact, and clears the store of what nobody has any more.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "jobs/study_spec.hpp"
#include "orchestrator/retention/drop.hpp"

namespace genloss::orchestrator {

struct Collection {
  bool dry_run = false;              ///< only tells what would go
  std::optional<jobs::Keep> keep{};  ///< in place of what the study says
  /// Called with each thing that goes, and its size.
  std::function<void(const std::string& what, const Freed& size)> tell = [](const std::string&, const Freed&) {};
};

/// Drops what nothing in the study of `run` needs.
/// @throws storage::DirectoryInUse if a living job uses it
Freed collect_run(const std::filesystem::path& run, const Collection& collection);

/// Removes from the store of `runs` what no run links to, and the left-over work of attempts whose claims are expired;
/// the work that an interrupted run would go on from stays.
/// @param interval of the heartbeats of claims, which are watched for three of them
Freed collect_store(const std::filesystem::path& runs, const Collection& collection,
                    std::chrono::milliseconds interval = Claimant{}.interval);

}  // namespace genloss::orchestrator
